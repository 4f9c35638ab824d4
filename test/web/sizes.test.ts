import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ROOT } from '../deploy/tools.ts';
import { buildPage } from './build-page.ts';

const FOLDER = join(ROOT, 'dist', 'page');
const FIRST_LOAD = 60_000;
/** For somebody who opens every view; the editor of mappings is more than half of it. */
const EVERYTHING = 200_000;

/** Vite's record of what each chunk is made of. */
const manifestSchema = z.record(
  z.string(),
  z.object({
    file: z.string(),
    imports: z.array(z.string()).default([]),
    css: z.array(z.string()).default([]),
  }),
);

beforeAll(() => buildPage());

describe('the built page', () => {
  it(`weighs at most ${FIRST_LOAD} bytes (gzip) before it shows something`, () => {
    const files = filesOf('index.html');
    expect(files.some((file) => file.endsWith('.js')) && files.some((file) => file.endsWith('.css'))).toBe(true);
    const sizes = files.map((file) => ({ file, bytes: sizeOf(file) }));
    expect(sum(sizes), JSON.stringify(sizes)).toBeLessThanOrEqual(FIRST_LOAD);
  });

  it(`weighs at most ${EVERYTHING} bytes (gzip) with all that is loaded when it is needed`, () => {
    const files = readdirSync(join(FOLDER, 'assets')).map((name) => `assets/${name}`);
    const sizes = files.map((file) => ({ file, bytes: sizeOf(file) }));
    expect(sum(sizes), JSON.stringify(sizes)).toBeLessThanOrEqual(EVERYTHING);
  });
});

function manifest() {
  return manifestSchema.parse(JSON.parse(readFileSync(join(FOLDER, '.vite', 'manifest.json'), 'utf8')));
}

/** A chunk, what it imports at once, and their styles. */
function filesOf(entry: string): readonly string[] {
  const chunks = manifest();
  const found = new Set<string>(entry === 'index.html' ? [entry] : []);
  const left = [entry];
  for (const name of left) {
    const chunk = chunks[name];
    if (chunk === undefined) throw new Error(`The manifest does not know ${name}`);
    for (const file of [chunk.file, ...chunk.css]) found.add(file);
    left.push(...chunk.imports.filter((each) => !left.includes(each)));
  }
  return [...found];
}

function sizeOf(file: string): number {
  return gzipSync(readFileSync(join(FOLDER, file)), { level: 9 }).length;
}

function sum(sizes: readonly { readonly bytes: number }[]): number {
  return sizes.reduce((total, { bytes }) => total + bytes, 0);
}

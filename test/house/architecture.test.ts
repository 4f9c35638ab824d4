import { describe, expect, it } from 'vitest';
import { importsOf, type ProjectFile, sources } from './files.ts';

/** Which part of the house a path from the root lies in: `core`, `cli`, …; a file right under src is its own part. */
function partOf(path: string): string {
  return /^src\/([^/]+?)(?:\.ts)?(?:\/|$)/.exec(path)?.[1] ?? path;
}

/** Parts that may use every other part. */
const WIRING = ['cli', 'compose', 'service'];

/** What a part may import of the others. A part that is not named here may import nothing of them. */
const MAY_USE: Readonly<Record<string, readonly string[]>> = {
  net: ['core'],
  komodor: ['core', 'net'],
  kubernetes: ['core', 'net'],
  manifests: ['core'],
  port: ['core', 'net'],
  mapping: ['core'],
  config: ['core'],
  telemetry: ['core'],
  queue: ['core'],
  notify: ['core', 'net'],
  server: ['core', 'answers'],
  answers: ['core', 'mapping', 'config', 'komodor', 'kubernetes', 'manifests', 'port', 'net'],
};

/** Which parts may import a library. */
const HOME: Readonly<Record<string, readonly string[]>> = {
  ajv: ['sandbox'],
  axios: ['net'],
  'node-jq': ['mapping'],
  'jq-wasm': ['mapping'],
  commander: ['cli'],
  yaml: ['config', 'kubernetes', 'manifests'],
  diff: ['config'],
  pino: ['telemetry'],
  'pino-pretty': ['telemetry'],
  'prom-client': ['telemetry'],
  '@opentelemetry': ['telemetry'],
  bullmq: ['queue'],
  ioredis: ['queue'],
  '@bull-board': ['queue'],
  fastify: ['server'],
  '@fastify': ['server'],
  'close-with-grace': ['cli', 'service'],
};

/** Libraries at home wherever outside data comes in; core reads none. */
const EVERYWHERE_BUT_CORE = ['zod'];

function isOurs(name: string): boolean {
  return name.startsWith('src/');
}

/** A library with its scope's name, and a plug-in of fastify with fastify's. */
function familyOf(name: string): string {
  const [first = ''] = name.split('/');
  return first.startsWith('fastify-') ? 'fastify' : first;
}

/** Imports of a file that the house does not allow. */
function breaches(file: ProjectFile): readonly string[] {
  const part = partOf(file.path);
  const isWiring = WIRING.includes(part);
  return importsOf(file)
    .filter((name) => {
      if (isOurs(name)) return partOf(name) !== part && !isWiring && !(MAY_USE[part] ?? []).includes(partOf(name));
      if (name.startsWith('node:')) return part === 'core' && name !== 'node:crypto';
      if (EVERYWHERE_BUT_CORE.includes(name)) return part === 'core';
      return !(HOME[familyOf(name)] ?? []).includes(part);
    })
    .map((name) => `${file.path} imports ${name}`);
}

describe('the architecture', () => {
  it('is looked at', () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(sources.flatMap(importsOf).filter(isOurs).length).toBeGreaterThan(200);
  });

  it('is kept by every import', () => expect(sources.flatMap(breaches)).toEqual([]));

  it.each([
    ['src/core/run.ts', "import { z } from 'zod';"],
    ['src/core/run.ts', "import { readFileSync } from 'node:fs';"],
    ['src/core/run.ts', "import type { PortApi } from '../port/api.ts';"],
    ['src/port/api.ts', "import {\n  toItem,\n} from '../komodor/item.ts';"],
    ['src/port/api.ts', "import axios from 'axios';"],
    ['src/mapping/mapper.ts', "export { send } from '../net/send.ts';"],
    ['src/sandbox/http.ts', "import { encodeIdentifier } from '../core/identifier.ts';"],
    ['src/komodor/api.ts', "const { run } = await import('../compose.ts');"],
    ['src/port/api.ts', "import 'left-pad';"],
  ])('would be broken in %s by %j', (path, text) => expect(breaches({ path, text })).toHaveLength(1));

  it.each([
    ['src/core/run.ts', "import { createHash } from 'node:crypto';"],
    ['src/port/api.ts', "import { HttpFailure } from '../net/http-failure.ts';"],
    ['src/cli/demo.ts', "import { startPort } from '../sandbox/port/server.ts';"],
    ['src/cli.ts', "import { Command } from 'commander';"],
    ['src/sandbox/port/bulk.ts', "import { z } from 'zod';"],
  ])('is kept in %s by %j', (path, text) => expect(breaches({ path, text })).toEqual([]));
});

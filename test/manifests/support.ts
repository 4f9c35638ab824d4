import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { it as bareIt } from 'vitest';
import type { Completeness, RawItem } from '../../src/core/model.ts';
import { select, type Walk } from '../../src/core/source.ts';
import {
  CATALOG_KINDS,
  createFolderSource,
  type FolderSource,
  type FolderSourceOptions,
} from '../../src/manifests/source.ts';

/** The text of a manifest. */
export function entity(identifier: string, { kind = 'Entity', blueprint = 'service' } = {}): string {
  const metadata = kind === 'Entity' ? `{name: ${identifier}, namespace: shop}` : `{name: ${identifier}}`;
  return [
    'apiVersion: getport.io/v1',
    `kind: ${kind}`,
    `metadata: ${metadata}`,
    'spec:',
    `  blueprint: ${blueprint}`,
    `  identifier: ${identifier}`,
    '',
  ].join('\n');
}

/** A folder of the test's own. */
export interface Folder {
  readonly path: string;
  write(file: string, text: string | Uint8Array): void;
  at(file: string): string;
}

export function openFolder(): { readonly folder: Folder; readonly close: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'catalog-'));
  const at = (file: string) => join(path, file);
  const folder: Folder = {
    path,
    at,
    write(file, text) {
      mkdirSync(dirname(at(file)), { recursive: true });
      writeFileSync(at(file), text);
    },
  };
  return { folder, close: () => rmSync(path, { recursive: true, force: true }) };
}

export const it = bareIt.extend<{ folder: Folder }>({
  // The first parameter must be written as a pattern, for vitest reads from it what the fixture needs.
  folder: async ({ task: _ }, use) => {
    const { folder, close } = openFolder();
    await use(folder);
    close();
  },
});

/** A source that does not wait for files to settle; tests write them at once. */
export function sourceOf(path: string, options: Partial<FolderSourceOptions> = {}): FolderSource {
  return createFolderSource({ path, settleMs: 0, patienceMs: 500, ...options });
}

/** What a walk gave. */
async function collect(walk: Walk): Promise<{ items: RawItem[]; completeness: Completeness }> {
  const items: RawItem[] = [];
  for (;;) {
    const next = await walk.next();
    if (next.done) return { items, completeness: next.value };
    items.push(...next.value.items);
  }
}

/** Reads one kind of a folder. */
export async function readKind(source: FolderSource, name = CATALOG_KINDS[0], selector = {}) {
  const kind = source.kinds.find((one) => one.name === name);
  if (kind === undefined) throw new Error(`the folder has no kind ${name}`);
  const { items, completeness } = await collect(select(kind, selector).read(new AbortController().signal));
  return { labels: items.map(({ label }) => label), items, completeness };
}

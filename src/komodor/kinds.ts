import { readdirSync } from 'node:fs';
import type { Kind } from '../core/model.ts';
import { type KindBook, kindBook } from '../core/source.ts';
import { isDefinition, type KindDefinition } from './define-kind.ts';

const FOLDER = new URL('./kinds/', import.meta.url);

/** The definitions of all kinds of Komodor: one per file of the folder `kinds`. */
export const DEFINITIONS: readonly KindDefinition[] = await readDefinitions();

/** The names of all kinds of Komodor. */
export const KOMODOR_KINDS: readonly Kind[] = DEFINITIONS.map(({ name }) => name);

/** The kinds without an API, for checking selectors. */
export function offlineKomodorKinds(): KindBook {
  const offline = () => {
    throw new Error('nothing is read here');
  };
  return kindBook(DEFINITIONS.map((definition) => definition.bind(offline)));
}

async function readDefinitions(): Promise<readonly KindDefinition[]> {
  const files = readdirSync(FOLDER).filter((name) => /^[^.]+\.[jt]s$/.test(name));
  const found = await Promise.all(files.sort().map(readDefinition));
  return found;
}

async function readDefinition(file: string): Promise<KindDefinition> {
  const module: unknown = await import(new URL(file, FOLDER).href);
  const definition = Object.values(Object(module)).find(isDefinition);
  if (definition === undefined) throw new Error(`src/komodor/kinds/${file} exports no kind made by defineKind`);
  return definition;
}

import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COMPUTED_SECTIONS, type PortBlueprint, SECTION_WORD, shapeOf } from '../../port/blueprint-documents.ts';
import type { KnownBlueprint } from './input.ts';

const SHIPPED = fileURLToPath(new URL('../../../blueprints/', import.meta.url));

/** A blueprint of which the whole document is known. */
export function knownDocument(
  document: PortBlueprint,
  fileOf: (identifier: string, path: string) => string | undefined = () => undefined,
): KnownBlueprint {
  const computed = COMPUTED_SECTIONS.flatMap((section) =>
    Object.keys(document[section]).map((id) => [id, SECTION_WORD[section]] as const),
  );
  const fileOfPath = (path: string) => fileOf(document.identifier, path);
  const isShipped = resolve(fileOfPath('') ?? '').startsWith(SHIPPED);
  return { shape: shapeOf(document), computed: new Map(computed), isShipped, fileOf: fileOfPath };
}

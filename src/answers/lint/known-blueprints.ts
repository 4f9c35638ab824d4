import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { literalText } from '../../core/expression/prepare.ts';
import type { BlueprintShape, Mapping } from '../../core/model.ts';
import type { Catalog } from '../../core/ports.ts';
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

/** The blueprints in Port that a mapping names, and those that their relations lead to. */
export async function blueprintsInPort(
  catalog: Pick<Catalog, 'blueprint'>,
  mapping: Mapping,
  signal: AbortSignal,
): Promise<readonly KnownBlueprint[]> {
  const templates = mapping.entries.flatMap((entry) => entry.templates);
  const written = await ask(templates.map(({ blueprint }) => literalText(blueprint)));
  const targets = written.flatMap(({ relations }) => Object.values(relations).map(({ target }) => target));
  const known = written.map(({ identifier }) => identifier);
  const related = await ask(targets.filter((target) => !known.includes(target)));
  return [...written, ...related].map(knownShape);

  async function ask(names: readonly (string | null)[]): Promise<readonly BlueprintShape[]> {
    const unlike = [...new Set(names)].filter((name) => name !== null);
    const shapes = await Promise.all(unlike.map((name) => catalog.blueprint(name, signal)));
    return shapes.filter((shape) => shape !== undefined);
  }
}

/** A blueprint of which only the shape is known. */
export function knownShape(shape: BlueprintShape): KnownBlueprint {
  return { shape, computed: new Map(), isShipped: false, fileOf: () => undefined };
}

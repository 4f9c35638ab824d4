import type { UsedMapping } from '../answers/map-document.ts';
import type { MapParts } from '../answers/map-items.ts';
import type { ApplicationParts, MappingParts } from '../compose.ts';
import { messageOf } from '../core/errors.ts';
import type { BlueprintShape } from '../core/model.ts';
import { prepareWhole } from '../core/prepared-catalog.ts';
import { withTimeLimit } from '../core/signals.ts';
import { type PortBlueprint, shapeOf } from '../port/blueprint-documents.ts';

/** A mapping, and what is needed to map items with it. */
export interface MapWith {
  readonly parts: MapParts;
  readonly used: UsedMapping;
}

/** Port is asked for its mapping for so long. Somebody waits. */
const MAX_WAIT_MS = 10_000;

/** The mapping of the files. Nothing is asked. @param notice why it is this one */
export function mapWithFiles({ mapper, kinds, files }: MappingParts, notice?: string): MapWith {
  const { mapping, problems } = files.fileMapping;
  const told = problems.map(({ message }) => message);
  return {
    parts: { mapper, kinds, blueprint: shapesOf(files.blueprints) },
    used: { mapping, origin: files.fileOrigin, problems: notice === undefined ? told : [notice, ...told] },
  };
}

/** The mapping that Port holds, and its blueprints; where Port cannot be reached, those of the files. */
export async function mapWithPort(parts: ApplicationParts, signal: AbortSignal): Promise<MapWith> {
  try {
    const catalog = parts.catalog();
    const prepare = (limited: AbortSignal) => prepareWhole(catalog, limited);
    const { mapping, mappingOrigin, problems } = await withTimeLimit(MAX_WAIT_MS, signal, prepare, portIsLate);
    const { mapper, kinds } = parts;
    return {
      parts: { mapper, kinds, blueprint: (name) => catalog.blueprint(name, signal) },
      used: { mapping, origin: mappingOrigin, problems: problems.map(({ message }) => message) },
    };
  } catch (error) {
    if (signal.aborted) throw error;
    const why = messageOf(error);
    return mapWithFiles(parts, `The mapping in Port could not be read, so that of the files is used: ${why}`);
  }
}

function portIsLate(): Error {
  return new Error(`Port did not answer within ${MAX_WAIT_MS / 1000} s`);
}

/** A mapping that was given, with Port's blueprints; where Port cannot be reached, those of the files. */
export function mapWithGiven(
  parts: ApplicationParts,
  given: {
    readonly mapping: UsedMapping['mapping'];
    readonly origin: string;
    readonly problems: readonly { readonly message: string }[];
  },
): MapWith {
  const { mapper, kinds, files } = parts;
  const catalog = parts.catalog();
  const inFiles = shapesOf(files.blueprints);
  return {
    parts: {
      mapper,
      kinds,
      async blueprint(name, signal) {
        const ask = (limited: AbortSignal) => catalog.blueprint(name, limited);
        return withTimeLimit(MAX_WAIT_MS, signal, ask, portIsLate).catch(() => inFiles(name));
      },
    },
    used: { mapping: given.mapping, origin: given.origin, problems: given.problems.map(({ message }) => message) },
  };
}

function shapesOf(blueprints: readonly PortBlueprint[]): (name: string) => Promise<BlueprintShape | undefined> {
  const shapes = new Map(blueprints.map((document) => [document.identifier, shapeOf(document)]));
  return async (name) => shapes.get(name);
}

import { type LoadedMapping, loadMappingFiles, loadMappingText } from '../config/mapping-files.ts';
import type { OfflineSettings } from '../config/settings.ts';
import { AppError } from '../core/errors.ts';
import type { KindNames } from '../core/kinds.ts';
import type { JsonObject } from '../core/model.ts';
import { mappingOptionsOf } from './defaults.ts';

/** A mapping that was read from a file or a request. */
export type GivenMapping = Pick<LoadedMapping, 'mapping' | 'problems' | 'origin' | 'addOns'> & {
  /** The mapping in Port's form. */
  readonly config: JsonObject;
};

/** The name of a mapping that came with a request. */
const GIVEN = 'the given mapping';

/** Reads a mapping that came as text. @param kinds default: those that can be read. @throws AppError `mapping_file_invalid` when it cannot be used as a whole */
export function mappingFromText(settings: OfflineSettings, text: string, kinds?: KindNames): GivenMapping {
  return whole(loadMappingText(GIVEN, text, mappingOptionsOf(settings, kinds)));
}

/** Reads a mapping file or folder. @param kinds default: those that can be read. @throws AppError `mapping_file_invalid` when it cannot be used as a whole */
export function mappingFromFiles(settings: OfflineSettings, path: string, kinds?: KindNames): GivenMapping {
  return whole(loadMappingFiles(path, mappingOptionsOf(settings, kinds)));
}

/** A mapping without one of its files, or without its list of resources, would take everything else out of Port. */
function whole({ config, ...loaded }: LoadedMapping): GivenMapping {
  if (config !== null) return { ...loaded, config };
  const errors = loaded.problems.filter(({ severity }) => severity === 'error').map(({ message }) => message);
  throw new AppError('mapping_file_invalid', errors.join('\n') || `${loaded.origin} cannot be used as a mapping`);
}

import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../core/errors.ts';
import type { DisabledEntry, JsonObject, Kind, Mapping, ResourceEntry } from '../core/model.ts';
import { didYouMean } from '../core/nearest.ts';
import {
  addOnsOf,
  type FileContent,
  type FileProblem,
  fileProblem,
  fillIn,
  isOn,
  listFiles,
  mistypedAddOn,
  readFile,
} from './documents.ts';
import { FLAG_NAMES, readFlags, withUsualNames } from './mapping-flags.ts';
import { readResources } from './mapping-schema.ts';
import type { Report } from './mapping-template.ts';
import { isObject } from './mapping-values.ts';

export interface AddOnOptions {
  /** Names of the add-ons that are switched on. */
  readonly addOns: readonly string[];
  /** Values of `{{NAME}}` in add-on files. */
  readonly variables: { readonly [name: string]: string };
}

export interface MappingOptions extends AddOnOptions {
  /** The kinds that there are. */
  readonly kinds: readonly Kind[];
}

export interface LoadedMapping {
  readonly mapping: Mapping;
  readonly problems: readonly FileProblem[];
  /** The mapping as it is to be written to Port; null when a file could not be read, so that no half is written. */
  readonly config: JsonObject | null;
  /** What to call it in messages. */
  readonly origin: string;
  /** What stands in the folder and was not read. */
  readonly left: readonly string[];
}

interface Part {
  readonly file: string;
  readonly isAddOn: boolean;
  readonly root: JsonObject;
  /** Where in the file each of the resources stands, where some are left out. */
  readonly places?: readonly number[];
}

/**
 * Reads a mapping file, or all of a folder as one mapping: `resources` are joined in the order of the file names, add-ons
 * last; the flags are the first ones found. A file, or an entry, with `addOn: <name>` (or a list) counts only when that
 * add-on is on (all of them are). Throws AppError `mapping_file_invalid` when there is no file to read; anything else is a problem and costs as little as it can.
 */
export function loadMappingFiles(path: string, options: MappingOptions): LoadedMapping {
  const listing = listFiles(path, 'port-app-config', 'mapping_file_invalid');
  const files = listing.files.map(readFile);
  const problems: FileProblem[] = [];
  const disabled: DisabledEntry[] = [];
  // Add-ons last: of two entries that fill the same field the later one wins.
  const parts = files
    .flatMap((content) => readPart(content, options, problems, disabled))
    .sort((a, b) => Number(a.isAddOn) - Number(b.isAddOn));
  const unread = disabled.length;
  problems.push(...unknownAddOns(files, path, options.addOns));
  if (parts.length === 0 && disabled.length === 0) {
    throw new AppError('mapping_file_invalid', `${path} holds only add-ons that are not switched on.`);
  }
  const several = parts.length > 1;
  const origin = several ? path : (parts[0]?.file ?? path);
  const entries: ResourceEntry[] = [];
  for (const { file, root, places } of parts) {
    const report: Report = (below, what, severity) => problems.push(fileProblem(file, below, what, severity));
    const read = readResources(root, report, options.kinds, several ? `${basename(file)}: ` : '', places);
    entries.push(...read.entries);
    disabled.push(...read.disabled);
  }
  const root = joinRoots(parts, problems);
  const flags = readFlags(root, (below, what, severity) => problems.push(fileProblem(origin, below, what, severity)));
  const isWhole = unread === 0 && parts.every((part) => Array.isArray(part.root.resources));
  return { mapping: { flags, entries, disabled }, problems, config: isWhole ? root : null, origin, left: listing.left };
}

function readPart(
  content: FileContent,
  options: AddOnOptions,
  problems: FileProblem[],
  disabled: DisabledEntry[],
): Part[] {
  const { file } = content;
  const fail = (problem: FileProblem): Part[] => {
    problems.push(problem);
    disabled.push({ path: basename(file), kind: null, blueprints: null, message: problem.message });
    return [];
  };
  if ('problem' in content) return fail(content.problem);
  problems.push(...content.repeated);
  if (!isObject(content.value)) return fail(fileProblem(file, '', 'must be an object with a list of resources'));
  const mistyped = mistypedAddOn(file, content.value);
  if (mistyped !== undefined) return fail(mistyped);
  const { addOn, ...root } = withUsualNames(content.value);
  const isAddOn = addOn !== undefined;
  if (isAddOn && !isOn(addOn, options.addOns)) return [];
  const filled = (value: unknown) =>
    fillIn(value, options.variables, (name) => problems.push(fileProblem(file, '', `{{${name}}} has no value`)));
  const whole = isAddOn ? filled(root) : root;
  if (!isObject(whole)) return [];
  const { resources } = whole;
  if (!Array.isArray(resources)) return [{ file, isAddOn, root: whole }];
  const entries = resources.flatMap((entry: unknown, place) => {
    if (!isObject(entry)) return [{ entry, place }];
    const typo = mistypedAddOn(file, entry, `resources[${place}]`);
    if (typo !== undefined) {
      fail(typo);
      return [];
    }
    if (entry.addOn === undefined) return [{ entry, place }];
    // Port knows nothing of add-ons.
    const { addOn: needed, ...rest } = entry;
    return isOn(needed, options.addOns) ? [{ entry: isAddOn ? rest : filled(rest), place }] : [];
  });
  const places = entries.map(({ place }) => place);
  return [{ file, isAddOn, root: { ...whole, resources: entries.map(({ entry }) => entry) }, places }];
}

function unknownAddOns(files: readonly FileContent[], path: string, addOns: readonly string[]): FileProblem[] {
  const present = files.flatMap((content) => {
    if (!('value' in content) || !isObject(content.value)) return [];
    const { addOn, resources } = content.value;
    const entries: readonly unknown[] = Array.isArray(resources) ? resources : [];
    return [addOn, ...entries.map((entry) => (isObject(entry) ? entry.addOn : undefined))].flatMap(addOnsOf);
  });
  return addOns
    .filter((name) => !present.includes(name))
    .map((name) =>
      fileProblem(path, '', `no file has the add-on ${name} that ADD_ONS names${didYouMean(name, present)}`),
    );
}

function joinRoots(parts: readonly Part[], problems: FileProblem[]): JsonObject {
  const joined = new Map<string, unknown>();
  for (const { file, root } of parts) {
    for (const [key, value] of Object.entries(root)) {
      if (key === 'resources') continue;
      if (!joined.has(key)) joined.set(key, value);
      else if (FLAG_NAMES.some((name) => name === key) && !isDeepStrictEqual(joined.get(key), value)) {
        problems.push(fileProblem(file, key, 'contradicts an earlier file; the earlier value is used'));
      }
    }
  }
  const resources = parts.flatMap(({ root }) => (Array.isArray(root.resources) ? root.resources : []));
  return { ...Object.fromEntries(joined), resources };
}

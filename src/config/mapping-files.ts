import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../core/errors.ts';
import type { KindNames } from '../core/kinds.ts';
import type { DisabledEntry, JsonObject, Mapping, ResourceEntry } from '../core/model.ts';
import { didYouMean } from '../core/nearest.ts';
import {
  addOnsOf,
  type FileContent,
  type FileProblem,
  fileProblem,
  fillVariables,
  isAddOnActive,
  listFiles,
  mistypedAddOn,
  readFile,
  readText,
} from './documents.ts';
import { FLAG_NAMES, readFlags, withCamelCaseFlags } from './mapping-flags.ts';
import { readResources } from './mapping-schema.ts';
import type { ReportProblem } from './mapping-template.ts';
import { isObject } from './mapping-values.ts';

export interface AddOnOptions {
  /** Names of the add-ons that are switched on. */
  readonly addOns: readonly string[];
  /** Values of `{{NAME}}` in add-on files. */
  readonly variables: { readonly [name: string]: string };
}

export interface MappingOptions extends AddOnOptions {
  /** The known kinds. */
  readonly kinds: KindNames;
}

export interface LoadedMapping {
  readonly mapping: Mapping;
  readonly problems: readonly FileProblem[];
  /** The mapping for Port; null when a file could not be read, so that no incomplete mapping is written. */
  readonly config: JsonObject | null;
  /** Its name in messages: the file or folder. */
  readonly origin: string;
  /** Files of the folder that were not read. */
  readonly ignored: readonly string[];
  /** The active add-ons that have a file of their own, with its entries. */
  readonly addOns: readonly AddOnEntries[];
}

export interface AddOnEntries {
  readonly file: string;
  readonly entries: readonly ResourceEntry[];
}

interface ParsedFile {
  readonly file: string;
  readonly isAddOn: boolean;
  readonly root: JsonObject;
  /** The index in the file of each of the resources, if some were left out. */
  readonly indexes?: readonly number[];
}

/**
 * Reads a mapping file, or all of a folder as one mapping: `resources` are joined in the order of the file names, add-ons
 * last; of a flag that several files have, the first one counts. A file or entry with `addOn: <name>` (or a list) counts
 * only when all of these add-ons are on. Throws AppError `mapping_file_invalid` when there is no file to read. Every other
 * mistake is a problem, and only the smallest part that has it is left out.
 */
export function loadMappingFiles(path: string, options: MappingOptions): LoadedMapping {
  const { files, ignored } = listFiles(path, 'port-app-config', 'mapping_file_invalid');
  return { ...joinFiles(path, files.map(readFile), options), ignored };
}

/** Reads a mapping from a text as if it were a file of this name. Never throws for a mistake in it. */
export function loadMappingText(name: string, text: string, options: MappingOptions): LoadedMapping {
  return { ...joinFiles(name, [readText(name, text)], options), ignored: [] };
}

function joinFiles(
  path: string,
  files: readonly FileContent[],
  options: MappingOptions,
): Omit<LoadedMapping, 'ignored'> {
  const problems: FileProblem[] = [];
  const disabled: DisabledEntry[] = [];
  // Add-ons last: if two entries fill the same field, the later one wins.
  const parsedFiles = files
    .flatMap((content) => parseFile(content, options, problems, disabled))
    .sort((a, b) => Number(a.isAddOn) - Number(b.isAddOn));
  const unread = disabled.length;
  problems.push(...unknownAddOns(files, path, options.addOns));
  if (parsedFiles.length === 0 && disabled.length === 0) {
    throw new AppError('mapping_file_invalid', `${path} holds only add-ons that are not switched on.`);
  }
  const several = parsedFiles.length > 1;
  const origin = several ? path : (parsedFiles[0]?.file ?? path);
  const entries: ResourceEntry[] = [];
  const addOns: AddOnEntries[] = [];
  for (const { file, isAddOn, root, indexes } of parsedFiles) {
    const report: ReportProblem = (below, what, severity) => problems.push(fileProblem(file, below, what, severity));
    const read = readResources(root, report, options.kinds, several ? `${basename(file)}: ` : '', indexes);
    entries.push(...read.entries);
    if (isAddOn) addOns.push({ file, entries: read.entries });
    disabled.push(...read.disabled);
  }
  const root = mergeFiles(parsedFiles, problems);
  const flags = readFlags(root, (below, what, severity) => problems.push(fileProblem(origin, below, what, severity)));
  const isWhole = unread === 0 && parsedFiles.every((part) => Array.isArray(part.root.resources));
  return {
    mapping: { flags, entries, disabled },
    problems,
    config: isWhole ? root : null,
    origin,
    addOns,
  };
}

function parseFile(
  content: FileContent,
  options: AddOnOptions,
  problems: FileProblem[],
  disabled: DisabledEntry[],
): ParsedFile[] {
  const { file } = content;
  const fail = (problem: FileProblem): ParsedFile[] => {
    problems.push(problem);
    disabled.push({ path: basename(file), kind: null, blueprints: null, message: problem.message });
    return [];
  };
  if ('problem' in content) return fail(content.problem);
  problems.push(...content.repeated);
  if (!isObject(content.value)) return fail(fileProblem(file, '', 'must be an object with a list of resources'));
  const mistyped = mistypedAddOn(file, content.value);
  if (mistyped !== undefined) return fail(mistyped);
  const { addOn, ...root } = withCamelCaseFlags(content.value);
  const isAddOn = addOn !== undefined;
  if (isAddOn && !isAddOnActive(addOn, options.addOns)) return [];
  const filled = (value: unknown) =>
    fillVariables(value, options.variables, (name) => problems.push(fileProblem(file, '', `{{${name}}} has no value`)));
  const whole = isAddOn ? filled(root) : root;
  if (!isObject(whole)) return [];
  const { resources } = whole;
  if (!Array.isArray(resources)) return [{ file, isAddOn, root: whole }];
  const entries = resources.flatMap((entry: unknown, index) => {
    if (!isObject(entry)) return [{ entry, index }];
    const typo = mistypedAddOn(file, entry, `resources[${index}]`);
    if (typo !== undefined) {
      fail(typo);
      return [];
    }
    if (entry.addOn === undefined) return [{ entry, index }];
    // Port does not know `addOn`.
    const { addOn: needed, ...rest } = entry;
    return isAddOnActive(needed, options.addOns) ? [{ entry: isAddOn ? rest : filled(rest), index }] : [];
  });
  const indexes = entries.map(({ index }) => index);
  return [{ file, isAddOn, root: { ...whole, resources: entries.map(({ entry }) => entry) }, indexes }];
}

/** The add-ons that the mapping files at a path know. Throws AppError `mapping_file_invalid` when there is no file to read. */
export function addOnsAt(path: string): readonly string[] {
  return addOnsIn(listFiles(path, 'port-app-config', 'mapping_file_invalid').files.map(readFile));
}

function addOnsIn(files: readonly FileContent[]): readonly string[] {
  const named = files.flatMap((content) => {
    if (!('value' in content) || !isObject(content.value)) return [];
    const { addOn, resources } = content.value;
    const entries: readonly unknown[] = Array.isArray(resources) ? resources : [];
    return [addOn, ...entries.map((entry) => (isObject(entry) ? entry.addOn : undefined))].flatMap(addOnsOf);
  });
  return [...new Set(named)];
}

function unknownAddOns(files: readonly FileContent[], path: string, addOns: readonly string[]): FileProblem[] {
  const present = addOnsIn(files);
  return addOns
    .filter((name) => !present.includes(name))
    .map((name) =>
      fileProblem(path, '', `no file has the add-on ${name} that ADD_ONS names${didYouMean(name, present)}`),
    );
}

function mergeFiles(parts: readonly ParsedFile[], problems: FileProblem[]): JsonObject {
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

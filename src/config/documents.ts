import { readdirSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { parseDocument } from 'yaml';
import { AppError, type Code, messageOf } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';
import { mistakeInJson } from './json-mistake.ts';
import { readTextFile } from './text-file.ts';

const EXTENSIONS = ['.yaml', '.yml', '.json'];
const MAX_FILE_BYTES = 1024 * 1024;

/** Where a mistake is. */
export interface Origin {
  /** The file, or what else a mapping comes from. */
  readonly file: string;
  /** The identifier of the blueprint, if the file holds several documents. */
  readonly document?: string;
  readonly position?: { readonly line: number; readonly column: number };
}

/** A mistake in a mapping or blueprint file. */
export interface FileProblem {
  readonly origin: Origin;
  /** The path inside the file: `resources[1].port.entity.mappings.identifier`; empty: the file as a whole. */
  readonly path: string;
  /** What is wrong. */
  readonly what: string;
  /** One sentence with the file, the path and what is wrong. */
  readonly message: string;
  readonly severity: Severity;
}

/** A warning changes nothing of what the file asks for. Everything else is an error. */
export type Severity = 'error' | 'warning';

/** A file that was read and parsed, or what is wrong with it. */
export type FileContent =
  | {
      readonly file: string;
      readonly value: unknown;
      /** Keys that occur twice in one object. The last one counts, as in Port Ocean. */
      readonly repeated: readonly FileProblem[];
    }
  | { readonly file: string; readonly problem: FileProblem };

/** Makes the sentence of a problem. */
export function fileProblem(
  origin: string | Origin,
  path: string,
  what: string,
  severity: Severity = 'error',
): FileProblem {
  const place = typeof origin === 'string' ? { file: origin } : origin;
  const message = [...originWords(place), path, what].filter((word) => word !== '').join(': ');
  return { origin: place, path, what, message, severity };
}

function originWords({ file, document = '', position }: Origin): readonly string[] {
  return [position === undefined ? file : `${file}:${position.line}:${position.column}`, document];
}

/** The files at a path. */
export interface FileList {
  readonly files: readonly string[];
  /** Other files of the folder, which are not read. People are told. */
  readonly ignored: readonly string[];
}

const OCEAN_FILE_NAMES = ['port-app-config', 'blueprints'];

/** Files that file systems (`._a.yaml`) and editors (`.#a.yaml`, `#a.yaml`, `~$a.yaml`, `a~.yaml`) create. */
const HIDDEN = /^[.#~]|~\.[^.]*$/;

/**
 * The files to read at a path: the file itself, or every YAML and JSON file of a folder, by name, except hidden ones. A
 * folder in Port Ocean's layout (it has a `port-app-config` file) gives only `oceanName` (`port-app-config` or
 * `blueprints`). Throws AppError with the given code when there is nothing to read.
 */
export function listFiles(path: string, oceanName: string, code: Code): FileList {
  let all: readonly string[];
  try {
    if (!statSync(path).isDirectory()) return { files: [path], ignored: [] };
    all = readdirSync(path)
      .filter((name) => !isMappingTest(name))
      .sort();
  } catch (error) {
    throw new AppError(code, `${path} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
  const names = all.filter((name) => EXTENSIONS.includes(extname(name).toLowerCase()) && !HIDDEN.test(name));
  const isOcean = names.some((name) => nameWithoutExtension(name) === 'port-app-config');
  const wanted = isOcean ? names.filter((name) => nameWithoutExtension(name) === oceanName) : names;
  const isRead = (name: string) =>
    names.includes(name) && (!isOcean || OCEAN_FILE_NAMES.includes(nameWithoutExtension(name)));
  const ignored = all.filter((name) => !isRead(name)).map((name) => join(path, name));
  if (wanted.length > 0) return { files: wanted.map((name) => join(path, name)), ignored };
  const others = ignored.length === 0 ? '' : ` There is ${ignored.slice(0, 5).join(', ')}; hidden files are not read.`;
  throw new AppError(code, `${path} has no YAML or JSON file to read.${others}`);
}

/** Whether a file or folder beside the mapping files holds mapping tests. It is no mapping, and nobody expects it to be read as one. */
export function isMappingTest(name: string): boolean {
  return name === 'tests' || /\.test\.ya?ml$/i.test(name);
}

/** Reads one YAML or JSON file. Never throws. */
export function readFile(file: string): FileContent {
  try {
    const { size } = statSync(file);
    if (size > MAX_FILE_BYTES) return { file, problem: fileProblem(file, '', 'is larger than 1 MiB') };
    return readText(file, readTextFile(file));
  } catch (error) {
    return { file, problem: fileProblem(file, '', `cannot be read: ${messageOf(error)}`) };
  }
}

/** The problem when `addOn` is mistyped. Without this check the file or entry would be used although its add-on is off. */
export function mistypedAddOn(file: string, value: object, path = ''): FileProblem | undefined {
  const key = Object.keys(value).find((name) => name !== 'addOn' && nearest(name, ['addOn']) !== undefined);
  return key === undefined
    ? undefined
    : fileProblem(
        file,
        path === '' ? key : `${path}.${key}`,
        'is not known (did you mean addOn?); what depends on it is left out',
      );
}

/** The add-ons that an `addOn` names: one, or a list of which all must be on. */
export function addOnsOf(addOn: unknown): readonly string[] {
  const names: readonly unknown[] = Array.isArray(addOn) ? addOn : [addOn];
  return names.filter((name) => typeof name === 'string');
}

/** Whether everything that an `addOn` names is on. */
export function isAddOnActive(addOn: unknown, on: readonly string[]): boolean {
  const names = addOnsOf(addOn);
  return names.length > 0 && names.every((name) => on.includes(name));
}

/** Replaces `{{NAME}}` in every string of a value. Reports names without a value. */
export function fillVariables(
  value: unknown,
  variables: { readonly [name: string]: string },
  unknownName: (name: string) => void,
): unknown {
  if (typeof value === 'string') {
    return value.replace(/\{\{\s*([A-Z][A-Z0-9_]*)\s*\}\}/g, (whole, name: string) => {
      const known = Object.hasOwn(variables, name) ? variables[name] : undefined;
      if (known === undefined) unknownName(name);
      return known ?? whole;
    });
  }
  if (Array.isArray(value)) return value.map((item: unknown) => fillVariables(item, variables, unknownName));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]: [string, unknown]) => [key, fillVariables(inner, variables, unknownName)]),
  );
}

/** Parses a text as if it were a file of this name. Never throws. */
export function readText(file: string, text: string): FileContent {
  if (Buffer.byteLength(text) > MAX_FILE_BYTES) return { file, problem: fileProblem(file, '', 'is larger than 1 MiB') };
  const isJson = extname(file).toLowerCase() === '.json';
  const plain = isJson ? plainJson(text) : undefined;
  if (plain) return { file, ...plain, repeated: [] };
  // merge: `<<` is not in YAML 1.2, but people use it to share parts between entries.
  const document = parseDocument(text, { merge: !isJson, prettyErrors: false, logLevel: 'error' });
  const repeated = document.errors
    .filter(({ code }) => code === 'DUPLICATE_KEY')
    .map(({ pos: [start] }) => {
      const [key = ''] = text.slice(start, start + 80).split(/[:\n]/, 1);
      const what = `the key ${key.trim()} stands twice in one object; the last one counts`;
      return fileProblem({ file, position: positionIn(text, start) }, '', what);
    });
  if (isJson) {
    try {
      const value: unknown = JSON.parse(text);
      return { file, value, repeated };
    } catch (error) {
      return { file, problem: fileProblem(file, '', `is not JSON: ${withLine(messageOf(error), text)}`) };
    }
  }
  const error = document.errors.find(({ code }) => code !== 'DUPLICATE_KEY');
  if (error !== undefined) {
    const message = error.code === 'MULTIPLE_DOCS' ? SEVERAL_DOCUMENTS : error.message;
    return { file, problem: fileProblem({ file, position: positionIn(text, error.pos[0]) }, '', message) };
  }
  const doubtful = document.warnings.map(({ pos, message }) =>
    fileProblem({ file, position: positionIn(text, pos[0]) }, '', message, 'warning'),
  );
  try {
    const value: unknown = document.toJS();
    return isCircular(value)
      ? { file, problem: fileProblem(file, '', 'has an alias (*name) inside of what it stands for') }
      : { file, value, repeated: [...repeated, ...doubtful] };
  } catch (error) {
    return { file, problem: fileProblem(file, '', aliasProblem(messageOf(error))) };
  }
}

/** The value of a JSON text that has no mistake, and no key twice. Its parser takes a fiftieth of the other's time, which finds both. */
function plainJson(text: string): { readonly value: unknown } | undefined {
  try {
    let kept = 0;
    const value: unknown = JSON.parse(text, (_key, member: unknown) => {
      if (typeof member === 'object' && member !== null && !Array.isArray(member)) kept += Object.keys(member).length;
      return member;
    });
    let written = 0;
    for (const [, isKey] of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)) if (isKey !== undefined) written += 1;
    return kept === written ? { value } : undefined;
  } catch {
    return undefined;
  }
}

const SEVERAL_DOCUMENTS = 'has several documents (---); give each a file of its own';

/** Aliases and merge keys fail only here, when they are resolved. The library's own messages are for programmers. */
function aliasProblem(message: string): string {
  const [, name] = /^Unresolved alias .*: (.+)$/s.exec(message) ?? [];
  if (name !== undefined) return `has the alias *${name}, and no &${name} before it`;
  if (message.startsWith('Excessive alias count')) {
    return 'has aliases (*name) that stand for too much together; write some of the parts out';
  }
  return message.startsWith('Merge sources') ? 'merges (<<) something that is no object' : message;
}

function isCircular(value: unknown): boolean {
  try {
    JSON.stringify(value);
    return false;
  } catch {
    return true;
  }
}

/** Adds to a message of JSON.parse the line and column of the mistake. */
export function withLine(message: string, text: string): string {
  if (message.includes('(line')) return message;
  const [, offset] = /at position (\d+)/.exec(message) ?? [];
  const { line, column } = positionIn(text, offset === undefined ? mistakeInJson(text) : Number(offset));
  return `${message} (${line}:${column})`;
}

function positionIn(text: string, offset: number): { readonly line: number; readonly column: number } {
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}

function nameWithoutExtension(name: string): string {
  return basename(name, extname(name));
}

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { parseDocument } from 'yaml';
import { AppError, type Code, messageOf } from '../core/errors.ts';

const EXTENSIONS = ['.yaml', '.yml', '.json'];
const LARGEST_FILE = 1024 * 1024;

/** Something in a mapping or blueprint file that cannot be used as it stands. */
export interface FileProblem {
  /** Inside the file: `resources[1].port.entity.mappings.identifier`; empty: the file as a whole. */
  readonly path: string;
  /** The whole sentence, with the file, the path and what is wrong. */
  readonly message: string;
  readonly severity: Severity;
}

/** A warning costs nothing that was asked for; everything else is an error. */
export type Severity = 'error' | 'warning';

/** A file that was read and parsed, or what is wrong with it. */
export type FileContent =
  | {
      readonly file: string;
      readonly value: unknown;
      /** Keys that stand twice in one object. Of them the last counts, as in Port Ocean. */
      readonly repeated: readonly FileProblem[];
    }
  | { readonly file: string; readonly problem: FileProblem };

/** One sentence from where and what. */
export function fileProblem(origin: string, path: string, what: string, severity: Severity = 'error'): FileProblem {
  return { path, message: path === '' ? `${origin}: ${what}` : `${origin}: ${path}: ${what}`, severity };
}

/**
 * The files to read at a path: the file itself, or every YAML and JSON file of a folder, by name. A folder in Port
 * Ocean's layout (it has a `port-app-config` file) gives only `oceanName` (`port-app-config` or `blueprints`).
 * Throws AppError with the given code when there is nothing to read.
 */
export function listFiles(path: string, oceanName: string, code: Code): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const names = readdirSync(path)
      .filter((name) => EXTENSIONS.includes(extname(name)))
      .sort();
    const isOcean = names.some((name) => stemOf(name) === 'port-app-config');
    const wanted = isOcean ? names.filter((name) => stemOf(name) === oceanName) : names;
    if (wanted.length > 0) return wanted.map((name) => join(path, name));
  } catch (error) {
    throw new AppError(code, `${path} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
  throw new AppError(code, `${path} has no YAML or JSON file to read.`);
}

/** Reads one YAML or JSON file. `replace` may change its text before it is parsed. Never throws. */
export function readFile(file: string): FileContent {
  try {
    const { size } = statSync(file);
    if (size > LARGEST_FILE) return { file, problem: fileProblem(file, '', 'is larger than 1 MiB') };
    return parseText(file, readFileSync(file, 'utf8'));
  } catch (error) {
    return { file, problem: fileProblem(file, '', `cannot be read: ${messageOf(error)}`) };
  }
}

/** Puts values in the place of `{{NAME}}` in every text inside a value. Reports names that have no value. */
export function fillIn(
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
  if (Array.isArray(value)) return value.map((item: unknown) => fillIn(item, variables, unknownName));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]: [string, unknown]) => [key, fillIn(inner, variables, unknownName)]),
  );
}

function parseText(file: string, text: string): FileContent {
  const isJson = extname(file) === '.json';
  // merge: `<<` is not in YAML 1.2, but people use it to share parts between entries.
  const document = parseDocument(text, { merge: !isJson, prettyErrors: false });
  const repeated = document.errors
    .filter(({ code }) => code === 'DUPLICATE_KEY')
    .map(({ pos: [start] }) => {
      const [key = ''] = text.slice(start, start + 80).split(/[:\n]/, 1);
      const what = `the key ${key.trim()} stands twice in one object; the last one counts`;
      return fileProblem(`${file}:${lineAndColumn(text, start)}`, '', what);
    });
  if (isJson) {
    try {
      const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
      return { file, value, repeated };
    } catch (error) {
      return { file, problem: fileProblem(file, '', `is not JSON: ${withLine(messageOf(error), text)}`) };
    }
  }
  const error = document.errors.find(({ code }) => code !== 'DUPLICATE_KEY');
  if (error === undefined) {
    const value: unknown = document.toJS();
    return { file, value, repeated };
  }
  return { file, problem: fileProblem(`${file}:${lineAndColumn(text, error.pos[0])}`, '', error.message) };
}

function withLine(message: string, text: string): string {
  const [, position] = /at position (\d+)/.exec(message) ?? [];
  return position === undefined || message.includes('(line')
    ? message
    : `${message} (${lineAndColumn(text, Number(position))})`;
}

function lineAndColumn(text: string, position: number): string {
  const lines = text.slice(0, position).split('\n');
  return `${lines.length}:${(lines.at(-1) ?? '').length + 1}`;
}

function stemOf(name: string): string {
  return basename(name, extname(name));
}

import { parseEnv } from 'node:util';
import { messageOf } from '../core/errors.ts';
import { readTextFile } from './text-file.ts';

/** A value and the name under which it was found. */
export interface Found {
  readonly name: string;
  readonly value: string;
}

/** Variables that are looked up by name. */
export interface Environment {
  /** The value of the first of these names that is set. A blank value counts as not set. */
  find(names: readonly string[]): Found | undefined;
  /** All variables. `key` is the name for the lookup: Ocean's names in upper case, a value inside JSON with its full path. */
  readonly variables: readonly (Found & { readonly key: string })[];
}

export interface EnvironmentProblem {
  readonly name: string;
  readonly message: string;
}

const OCEAN_NAME = /^(ocean|application)__/i;

/**
 * Reads variables the way Port Ocean does: its names in any case, and whole branches as JSON
 * (`OCEAN__EVENT_LISTENER={"type":"POLLING"}`). A single variable beats the same value inside a JSON branch.
 * `branches` are the names that may hold JSON.
 */
export function readEnvironment(
  variables: NodeJS.Dict<string>,
  branches: ReadonlySet<string>,
): { readonly environment: Environment; readonly problems: readonly EnvironmentProblem[] } {
  const values = new Map<string, Found>();
  const problems: EnvironmentProblem[] = [];
  const set = (key: string, found: Found) => {
    if (!values.has(key)) values.set(key, found);
  };
  const pending: (readonly [string, Found])[] = [];
  for (const [name, text] of Object.entries(variables)) {
    const value = text?.trim() ?? '';
    if (value === '') continue;
    const key = OCEAN_NAME.test(name) ? name.toUpperCase() : name;
    if (branches.has(key)) pending.push([key, { name, value }]);
    else set(key, { name, value });
  }
  // Longer names first: OCEAN__INTEGRATION__CONFIG takes precedence over OCEAN__INTEGRATION.
  for (const [key, { name, value }] of pending.sort(([a], [b]) => b.length - a.length)) {
    const tree = parseObject(value);
    if (tree === undefined) problems.push({ name, message: 'must be a JSON object' });
    else for (const [leaf, text] of leaves(key, tree)) set(leaf, { name, value: text });
  }
  return {
    environment: {
      find: (names) => firstDefined(names, (name) => values.get(name)),
      variables: [...values].map(([key, found]) => ({ key, ...found })),
    },
    problems,
  };
}

export interface Dotenv {
  readonly variables: NodeJS.Dict<string>;
  /** Numbers of the lines that are neither `NAME=value` nor a comment. */
  readonly invalidLines: readonly number[];
}

/** A name with its value. A quoted value may have several lines. */
const ASSIGNMENT =
  /^[^\S\n]*(?:export[^\S\n]+)?[\w.-]+[^\S\n]*=[^\S\n]*(?:"(?:\\"|[^"])*"|'(?:\\'|[^'])*'|`(?:\\`|[^`])*`|[^\n]*)[^\n]*$/gm;

/** Reads a `.env` file. If it does not exist, there are no variables. Throws when it exists and cannot be read. */
export function readDotenv(path: string): Dotenv {
  let text: string;
  try {
    text = readTextFile(path).replaceAll(/\r\n?/g, '\n');
  } catch (error) {
    if (messageOf(error).startsWith('ENOENT')) return { variables: {}, invalidLines: [] };
    throw error;
  }
  const rest = text.replaceAll(ASSIGNMENT, (assignment) => assignment.replaceAll(/[^\n]/g, ''));
  const invalidLines = rest.split('\n').flatMap((line, index) => (/^\s*(#|$)/.test(line) ? [] : [index + 1]));
  return { variables: parseEnv(text), invalidLines };
}

/** All proper prefixes of Ocean's names: `OCEAN__PORT` of `OCEAN__PORT__CLIENT_ID`. */
export function branchesOf(oceanNames: readonly string[]): ReadonlySet<string> {
  return new Set(
    oceanNames.flatMap((name) => {
      const parts = name.split('__');
      return parts.map((_, index) => parts.slice(0, index).join('__')).filter((prefix) => prefix.includes('__'));
    }),
  );
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function leaves(prefix: string, tree: object): (readonly [string, string])[] {
  return Object.entries(tree).flatMap(([key, value]: [string, unknown]): (readonly [string, string])[] => {
    const name = `${prefix}__${key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase()}`;
    if (typeof value === 'object' && value !== null) return leaves(name, value);
    const text = value === null ? '' : String(value).trim();
    return text === '' ? [] : [[name, text]];
  });
}

function firstDefined<T, R>(items: readonly T[], pick: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const result = pick(item);
    if (result !== undefined) return result;
  }
  return undefined;
}

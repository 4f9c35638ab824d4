import { readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { diffArrays } from 'diff';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import { AppError, messageOf } from '../core/errors.ts';
import { parseExactly } from '../core/exact-json.ts';
import type { KindNames } from '../core/kinds.ts';
import type { JsonObject } from '../core/model.ts';
import { didYouMean } from '../core/nearest.ts';
import { isMappingTest } from './documents.ts';
import { isObject } from './mapping-values.ts';
import { readTextFile } from './text-file.ts';

/** What a test says about its item. */
export type Expectation =
  /** These entities, or parts of them, and no others. */
  | { readonly type: 'entities'; readonly entities: readonly JsonObject[] }
  /** `by`: the path of the entry whose selector leaves the item out. */
  | { readonly type: 'filtered'; readonly by: string | undefined }
  /** `because`: the path of the expression that fails, or a part of the message. */
  | { readonly type: 'rejected'; readonly because: string | undefined }
  /** To be filled in by `--update`. */
  | { readonly type: 'missing' };

export interface MappingTest {
  /** Its place in the file's list. */
  readonly index: number;
  readonly line: number;
  readonly name: string;
  readonly kind: string;
  /** The item as Komodor sends it. */
  readonly given: unknown;
  readonly expectation: Expectation;
  /** Whether `expect` is a list. */
  readonly isList: boolean;
}

/** A file of mapping tests that can be used. */
export interface MappingTestFile {
  readonly file: string;
  /** The path of a mapping file or folder, or a mapping; undefined: the configured one. */
  readonly mapping: string | JsonObject | undefined;
  /** Undefined: as configured. */
  readonly addOns: readonly string[] | undefined;
  /** What `env.CLUSTER_NAME` gives; undefined: as configured. */
  readonly clusterName: string | undefined;
  readonly tests: readonly MappingTest[];
  readonly text: string;
  /** For changes that keep its comments. */
  readonly document: Document;
}

const MAX_FILE_BYTES = 4 * 1024 * 1024;
const FILE_KEYS = ['mapping', 'addOns', 'clusterName', 'tests'];
const EXPECTATIONS = ['expect', 'filtered', 'rejected'];
const TEST_KEYS = ['name', 'kind', 'given', ...EXPECTATIONS];

/** The files of tests at a path: the file itself, or those of a folder and its folders. @throws AppError when there are none */
export function listMappingTests(path: string): readonly string[] {
  let files: readonly string[];
  try {
    if (!statSync(path).isDirectory()) return [path];
    files = readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter((name) => name !== 'tests' && !name.includes('node_modules') && isMappingTest(name))
      .sort();
  } catch (error) {
    throw new AppError('settings_invalid', `${path} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
  if (files.length > 0) return files.map((name) => join(path, name));
  throw new AppError(
    'settings_invalid',
    `${path} holds no mapping tests: their names end in .test.yaml (docs/mapping.md).`,
  );
}

/** Tests, or all that is wrong with them. */
type ReadTests = { readonly value: MappingTestFile } | { readonly problems: readonly string[] };

/**
 * Reads a file of tests.
 * @param kinds the known kinds
 * @param mayLack whether a test may have no expectation yet
 * @returns the file, or all that is wrong with it, each as one sentence with its place
 */
export function readMappingTests(file: string, kinds: KindNames, mayLack: boolean): ReadTests {
  let text: string;
  try {
    if (statSync(file).size > MAX_FILE_BYTES) return { problems: [`${file}: is larger than 4 MiB`] };
    text = readTextFile(file);
  } catch (error) {
    return { problems: [`${file}: cannot be read: ${messageOf(error)}`] };
  }
  const readItem = (path: string): unknown => {
    const item = readTextFile(resolve(dirname(file), path));
    return /\.ya?ml$/i.test(path) ? parseDocument(item).toJS() : parseExactly(item);
  };
  return readTestsInText(file, text, { kinds, mayLack, readItem });
}

/**
 * Reads tests from a text that came with a request. It may not have other files read.
 * @param name for messages
 */
export function readMappingTestsText(name: string, text: string, kinds: KindNames): ReadTests {
  const readItem = () => {
    throw new Error('a request cannot name a file; write the item itself');
  };
  return readTestsInText(name, text, { kinds, mayLack: false, readItem });
}

function readTestsInText(file: string, text: string, how: Pick<Reading, 'kinds' | 'mayLack' | 'readItem'>): ReadTests {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false, logLevel: 'error' });
  const mistakes = [...document.errors, ...document.warnings];
  if (mistakes.length > 0)
    return { problems: mistakes.map(({ pos, message }) => `${file}:${lines.linePos(pos[0]).line}: ${message}`) };
  const problems: string[] = [];
  const lineOf = (path: readonly (string | number)[]): number => {
    const node = document.getIn(path, true);
    return isNode(node) && node.range ? lines.linePos(node.range[0]).line : 1;
  };
  const read = readRoot(toJs(document), { ...how, file, lineOf, problems });
  if (read === undefined || problems.length > 0) return { problems };
  return { value: { ...read, file, text, document } };
}

/** Aliases fail only here. */
function toJs(document: Document): unknown {
  try {
    return document.toJS();
  } catch (error) {
    return new Error(messageOf(error));
  }
}

interface Reading {
  readonly file: string;
  readonly kinds: KindNames;
  readonly mayLack: boolean;
  /** Reads the item in a file that a test names. Throws when it cannot. */
  readonly readItem: (path: string) => unknown;
  readonly lineOf: (path: readonly (string | number)[]) => number;
  readonly problems: string[];
}

function readRoot(root: unknown, reading: Reading): Omit<MappingTestFile, 'file' | 'text' | 'document'> | undefined {
  const { file, problems, lineOf } = reading;
  if (root instanceof Error || !isObject(root)) {
    problems.push(`${file}: ${root instanceof Error ? root.message : 'must be an object with a list of tests'}`);
    return undefined;
  }
  problems.push(...unknownKeys(root, FILE_KEYS).map(({ key, what }) => `${file}:${lineOf([key])}: ${what}`));
  const { mapping, addOns, clusterName, tests } = root;
  if (mapping !== undefined && typeof mapping !== 'string' && !isObject(mapping))
    problems.push(`${file}:${lineOf(['mapping'])}: mapping must be a path or a mapping`);
  if (addOns !== undefined && !isListOfText(addOns))
    problems.push(`${file}:${lineOf(['addOns'])}: addOns must be a list of names`);
  if (clusterName !== undefined && typeof clusterName !== 'string')
    problems.push(`${file}:${lineOf(['clusterName'])}: clusterName must be a text`);
  if (!Array.isArray(tests) || tests.length === 0) {
    problems.push(`${file}: tests must be a list with at least one test`);
    return undefined;
  }
  const read = tests.flatMap((test: unknown, index) => readTest(test, index, reading) ?? []);
  const names = read.map(({ name }) => name);
  for (const { name, line } of read.filter((one, index) => names.indexOf(one.name) < index))
    problems.push(`${file}:${line}: another test has the name "${name}" too`);
  return {
    mapping: typeof mapping === 'string' ? resolve(dirname(file), mapping) : isObject(mapping) ? mapping : undefined,
    addOns: isListOfText(addOns) ? addOns : undefined,
    clusterName: typeof clusterName === 'string' ? clusterName : undefined,
    tests: read,
  };
}

function readTest(
  test: unknown,
  index: number,
  { file, kinds, mayLack, readItem, lineOf, problems }: Reading,
): MappingTest | undefined {
  const before = problems.length;
  const line = lineOf(['tests', index]);
  const addProblem = (what: string, key?: string) =>
    problems.push(`${file}:${key === undefined ? line : lineOf(['tests', index, key])}: tests[${index}]${what}`);
  if (!isObject(test)) {
    addProblem(' must be an object');
    return undefined;
  }
  for (const { key, what } of unknownKeys(test, TEST_KEYS)) addProblem(`: ${what}`, key);
  const { name, kind, given } = test;
  if (typeof name !== 'string' || name.trim() === '') addProblem('.name must be a text');
  const found = typeof kind === 'string' ? kinds.find(kind) : undefined;
  if (found === undefined) addProblem('.kind must be a text');
  else if ('problem' in found) addProblem(`: there is no kind ${kind}${didYouMean(`${kind}`, kinds.known)}`, 'kind');
  const item = given === undefined ? undefined : readGiven(given, readItem);
  if (item === undefined) addProblem('.given must be an item: an object as Komodor sends it, or file: and a path');
  else if ('problem' in item) addProblem(`.given: ${item.problem}`, 'given');
  const expectation = readExpectation(test);
  if (typeof expectation === 'string') addProblem(expectation);
  else if (expectation.type === 'missing' && !mayLack)
    addProblem(' expects nothing: give it expect, filtered or rejected, or let --update fill it in');
  if (problems.length > before || typeof name !== 'string' || found === undefined || 'problem' in found)
    return undefined;
  if (typeof expectation === 'string' || item === undefined || 'problem' in item) return undefined;
  return { index, line, name, kind: found.kind, given: item.value, expectation, isList: Array.isArray(test.expect) };
}

function readGiven(
  given: unknown,
  readItem: Reading['readItem'],
): { readonly value: unknown } | { readonly problem: string } | undefined {
  if (!isObject(given)) return undefined;
  const { file: path, ...rest } = given;
  if (typeof path !== 'string' || Object.keys(rest).length > 0) return { value: given };
  try {
    return { value: readItem(path) };
  } catch (error) {
    return { problem: `${path} cannot be used: ${messageOf(error)}` };
  }
}

function readExpectation(test: JsonObject): Expectation | string {
  const given = EXPECTATIONS.filter((key) => test[key] !== undefined);
  if (given.length > 1) return ` expects ${given.join(' and ')}; it may be one of them`;
  const { expect, filtered, rejected } = test;
  if (filtered !== undefined) {
    if (filtered !== true && typeof filtered !== 'string') return '.filtered must be true, or the path of an entry';
    return { type: 'filtered', by: filtered === true ? undefined : filtered };
  }
  if (rejected !== undefined) {
    if (rejected !== true && (typeof rejected !== 'string' || rejected === ''))
      return '.rejected must be the path of an expression, a part of the message, or true';
    return { type: 'rejected', because: rejected === true ? undefined : rejected };
  }
  if (expect === undefined) return { type: 'missing' };
  const entities: readonly unknown[] = Array.isArray(expect) ? expect : [expect];
  if (!entities.every(isObject)) return '.expect must be an entity or a part of one, or a list of them';
  if (entities.some((entity) => Object.keys(entity).length === 0))
    return '.expect has an empty entity, which every entity fits; name at least its identifier';
  return { type: 'entities', entities };
}

function unknownKeys(value: JsonObject, known: readonly string[]) {
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => ({ key, what: `${key} is not known${didYouMean(key, known)}` }));
}

function isListOfText(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

/** A change of a file of tests. */
export interface TestEdit {
  readonly path: readonly (string | number)[];
  /** Undefined: the key is taken out. */
  readonly value: unknown;
}

/** The text of the file with these changes. Comments, and the form of every line that is not changed, stay. */
export function editMappingTests({ document, text }: MappingTestFile, edits: readonly TestEdit[]): string {
  const before = document.toString(FORM);
  for (const { path, value } of edits) {
    if (value === undefined) document.deleteIn(path);
    else document.setIn(path, typeof value === 'object' ? document.createNode(value) : value);
  }
  return withFormOf(text, before, document.toString(FORM));
}

const FORM = { lineWidth: 0 };

/** Takes the unchanged lines as they were written: the library would put spaces into brackets, for example. */
function withFormOf(written: string, before: string, after: string): string {
  const lines = written.split(/\r?\n/);
  if (lines.length !== before.split('\n').length) return after;
  let at = 0;
  const kept = diffArrays(before.split('\n'), after.split('\n')).flatMap(({ value, added, removed }) => {
    if (added) return value;
    at += value.length;
    return removed ? [] : lines.slice(at - value.length, at);
  });
  return kept.join('\n');
}

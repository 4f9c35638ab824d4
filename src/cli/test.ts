import { statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type MappingTestFileResult, runMappingTests, type TestDocument } from '../answers/mapping-tests/run.ts';
import { createJqMapper } from '../compose/jq-mapper.ts';
import { offlineKinds } from '../compose/kinds.ts';
import { parseMapping } from '../config/mapping-schema.ts';
import { editMappingTests, listMappingTests, type MappingTestFile, readMappingTests } from '../config/mapping-tests.ts';
import { loadOfflineSettings, type OfflineSettings } from '../config/settings.ts';
import { AppError, messageOf } from '../core/errors.ts';
import { type ChosenMapping, mappingOfFiles } from './choose-mapping.ts';
import { EXIT, onInterrupt } from './command.ts';
import { printError, printJson } from './output.ts';
import { printTests } from './print-tests.ts';
import { junitOf, tapOf } from './test-formats.ts';

export interface TestOptions {
  readonly update?: boolean;
  readonly format?: 'tap' | 'junit';
  readonly json?: boolean;
}

/** `test`: runs mapping tests. @returns the exit code */
export async function test(path: string | undefined, options: TestOptions): Promise<number> {
  const interruption = onInterrupt();
  const settings = loadOfflineSettings(process.env);
  const document = await runTests(path ?? testsBeside(settings.mappingPath), settings, options, interruption.signal);
  if (options.json) printJson(document);
  else if (options.format === 'tap') process.stdout.write(tapOf(document));
  else if (options.format === 'junit') process.stdout.write(junitOf(document));
  else printTests(document);
  if (options.format !== undefined) for (const problem of document.problems) printError(problem);
  const stopped = interruption.exitCode();
  if (stopped !== undefined) return stopped;
  if (document.problems.length > 0) return EXIT.failed;
  return document.failed > 0 ? EXIT.attention : EXIT.done;
}

function testsBeside(mappingPath: string): string {
  const isFolder = statSync(mappingPath, { throwIfNoEntry: false })?.isDirectory() ?? false;
  return join(isFolder ? mappingPath : dirname(mappingPath), 'tests');
}

/** Reads and runs all tests at a path. @throws AppError when there are none */
async function runTests(
  path: string,
  settings: OfflineSettings,
  { update = false }: TestOptions,
  signal: AbortSignal,
): Promise<TestDocument> {
  const files = listMappingTests(path).map((file) => readMappingTests(file, KINDS, update));
  const problems = files.flatMap((file) => ('problems' in file ? file.problems : []));
  const choose = mappingChooser(settings);
  const updated: string[] = [];
  const results: MappingTestFileResult[] = [];
  for (const read of files) {
    if ('problems' in read) continue;
    const file = read.value;
    const chosen = await choose(file);
    if ('problem' in chosen) problems.push(`${file.file}: ${chosen.problem}`);
    else {
      const use = { parts: chosen.parts, mapping: chosen.used.mapping, origin: chosen.used.origin };
      const result = await runMappingTests(file, use, signal);
      if (!update || result.edits.length === 0) results.push(result);
      else {
        const after = writeUpdates(file, result, updated);
        results.push('problem' in after ? result : await runMappingTests(after.value, use, signal));
        if ('problem' in after) problems.push(after.problem);
      }
    }
  }
  const tests = results.flatMap((result) => result.tests);
  const failed = tests.filter(({ status }) => status === 'failed').length;
  const shown = results.map(({ file, mapping, tests: all }) => ({ file, mapping, tests: all }));
  return { files: shown, problems, updated, passed: tests.length - failed, failed };
}

/** Writes what the mapping gives into the file, and reads it again. */
function writeUpdates(
  file: MappingTestFile,
  { edits }: MappingTestFileResult,
  updated: string[],
): { readonly value: MappingTestFile } | { readonly problem: string } {
  try {
    writeFileSync(file.file, editMappingTests(file, edits));
  } catch (error) {
    return { problem: `${file.file} cannot be written: ${messageOf(error)}` };
  }
  for (const { path, value } of edits) {
    const test = file.tests.find(({ index }) => index === path[1]);
    const what = value === undefined ? 'taken out' : shortened(JSON.stringify(value));
    updated.push(`${file.file}:${test?.line}: ${test?.name}: ${path.slice(2).join('.')}: ${what}`);
  }
  const again = readMappingTests(file.file, KINDS, true);
  return 'value' in again ? again : { problem: again.problems.join('; ') };
}

const KINDS = offlineKinds();
const MAX_SHOWN = 120;

function shortened(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

type Chosen = Pick<ChosenMapping, 'parts' | 'used'> | { readonly problem: string };

/** Finds the mapping of each file of tests; one that several files name is read once. */
function mappingChooser(settings: OfflineSettings): (file: MappingTestFile) => Promise<Chosen> {
  const known = new Map<string, Promise<Chosen>>();
  return ({ file, mapping, addOns = settings.addOns, clusterName = settings.clusterName }) => {
    const own = { ...settings, addOns: [...addOns], clusterName };
    if (typeof mapping === 'object') return inlineMapping(own, mapping, file);
    const path = mapping ?? settings.mappingPath;
    const key = JSON.stringify([path, addOns, clusterName]);
    const chosen = known.get(key) ?? mappingAt(own, path);
    known.set(key, chosen);
    return chosen;
  };
}

async function mappingAt(settings: OfflineSettings, path: string): Promise<Chosen> {
  try {
    const chosen = await mappingOfFiles(settings, path);
    return chosen.used.problems.length > 0 ? { problem: chosen.used.problems.join('; ') } : chosen;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { problem: error.message };
  }
}

/** A mapping that stands in the file of tests. Its entities are not fitted to a blueprint. */
async function inlineMapping(settings: OfflineSettings, raw: object, file: string): Promise<Chosen> {
  const { mapping, problems } = parseMapping(raw, `${file}: mapping`, KINDS);
  if (problems.length > 0) return { problem: problems.map(({ message }) => message).join('; ') };
  const { mapper } = await createJqMapper(settings, process.env);
  const parts = { mapper, kinds: KINDS };
  return { parts, used: { mapping, origin: file, problems: [] } };
}

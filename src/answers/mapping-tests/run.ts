import type { MappingTestFile, TestEdit } from '../../config/mapping-tests.ts';
import type { Mapping } from '../../core/model.ts';
import { type MapParts, type MappedItemView, mapItems } from '../map-items.ts';
import { judge, type TestFailure } from './judge.ts';
import { updatesOf } from './update.ts';

export interface MappingTestResult {
  readonly name: string;
  readonly kind: string;
  readonly line: number;
  readonly status: 'passed' | 'failed';
  readonly failures: readonly TestFailure[];
  /** Expressions that failed although the test passed. */
  readonly notes: readonly string[];
}

export interface MappingTestFileResult {
  readonly file: string;
  /** Where the mapping comes from. */
  readonly mapping: string;
  readonly tests: readonly MappingTestResult[];
  /** What would make the failed tests pass. */
  readonly edits: readonly TestEdit[];
}

/** What `test --json` prints. */
export interface TestDocument {
  readonly files: readonly Omit<MappingTestFileResult, 'edits'>[];
  /** What cannot be used, each with its place. */
  readonly problems: readonly string[];
  /** What `--update` changed, each with its place. */
  readonly updated: readonly string[];
  readonly passed: number;
  readonly failed: number;
}

/** Runs the tests of a file with a mapping. All items of a kind are mapped in one go. */
export async function runMappingTests(
  { file, tests }: MappingTestFile,
  { parts, mapping, origin }: { readonly parts: MapParts; readonly mapping: Mapping; readonly origin: string },
  signal: AbortSignal,
): Promise<MappingTestFileResult> {
  const views = new Map<number, MappedItemView>();
  for (const kind of new Set(tests.map((test) => test.kind))) {
    const own = tests.filter((test) => test.kind === kind);
    const mapped = await mapItems(
      parts,
      mapping,
      kind,
      own.map(({ given }) => given),
      signal,
    );
    for (const [at, view] of mapped.entries()) views.set(own[at]?.index ?? -1, view);
  }
  const edits: TestEdit[] = [];
  const results = tests.map((test): MappingTestResult => {
    const view = views.get(test.index) ?? { label: '', rows: [] };
    const failures = judge(view, test.expectation);
    if (failures.length > 0) edits.push(...updatesOf(test, view));
    const { name, kind, line } = test;
    const status = failures.length === 0 ? 'passed' : 'failed';
    return { name, kind, line, status, failures, notes: notesOf(view) };
  });
  return { file, mapping: origin, tests: results, edits };
}

function notesOf({ rows }: MappedItemView): readonly string[] {
  return rows
    .filter(({ result }) => result === 'entity')
    .flatMap(({ entry, fields, problems }) => [
      ...fields.flatMap(({ path, error }) => (error === undefined ? [] : [`${entry}: ${path} failed: ${error}`])),
      ...problems,
    ]);
}

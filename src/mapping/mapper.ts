import { prepare } from '../core/expression/prepare.ts';
import { usesOf } from '../core/expression/uses.ts';
import type { ResourceEntry } from '../core/model.ts';
import type { Mapper, MappingProblem } from '../core/ports.ts';
import { findBrokenExpressions } from './check-expressions.ts';
import { createDates } from './dates.ts';
import { groupEntries } from './groups.ts';
import type { JqRunner } from './jq-runner.ts';
import { parseEntry } from './parsed-entry.ts';
import { createProgram } from './program.ts';
import { MAX_PROGRAM_BYTES, preludeOf, programText } from './program-text.ts';

export interface MapperOptions {
  readonly jq: JqRunner;
  /** The values of `env` and `$ENV` in expressions. Default: empty. */
  readonly allowEnv?: Record<string, string> | undefined;
  /** How long jq may take for a batch. Default 30,000 ms. */
  readonly batchTimeoutMs?: number | undefined;
  /** Items per jq run. Default 1,000. */
  readonly batchItems?: number | undefined;
}

const BATCH_TIMEOUT_MS = 30_000;
const BATCH_ITEMS = 1_000;

/** Creates the mapper on jq. Its programs leave out entries with an unusable expression; these are among the problems. */
export function createMapper(options: MapperOptions): Mapper {
  const { jq } = options;
  const datesOf = createDates(jq);
  const deadlineMs = options.batchTimeoutMs ?? BATCH_TIMEOUT_MS;

  async function compile(entries: readonly ResourceEntry[]): ReturnType<Mapper['compile']> {
    const uses = entries.flatMap(usesOf).map((use) => ({ ...use, prepared: prepare(use.expression) }));
    const texts = uses.flatMap(({ prepared }) => (prepared.type === 'expression' ? [prepared.text] : []));
    const dates = await datesOf(texts);
    const prelude = `${preludeOf(options.allowEnv)}${dates.prelude}`;
    const broken = await findBrokenExpressions([...new Set(texts)], { jq, prelude, deadlineMs });

    const problems = uses.flatMap(({ entry, path, costs, prepared }): MappingProblem[] => {
      const message =
        prepared.type === 'broken'
          ? prepared.message
          : prepared.type === 'expression'
            ? broken.get(prepared.text)
            : undefined;
      return message === undefined ? [] : [{ path, costs, entry, message }];
    });
    const warnings = uses.flatMap(({ path, prepared }) => {
      const message = prepared.type === 'expression' ? dates.complaint(prepared.text) : undefined;
      return message === undefined ? [] : [{ path, message }];
    });
    const lost = new Set(problems.filter(({ costs }) => costs === 'entry').map(({ entry }) => entry));
    const parsedEntries = entries
      .filter((entry) => !lost.has(entry))
      .map((entry) => parseEntry(entry, new Set(broken.keys())));

    const groups = groupEntries(parsedEntries);
    const size = Buffer.byteLength(programText(prelude, groups, { runs: () => true, selectAll: false }));
    const tooLong = size > MAX_PROGRAM_BYTES;
    const message = `the expressions of this kind are too long together (${Math.ceil(size / 1024)} KiB as one program, at most ${MAX_PROGRAM_BYTES / 1024} KiB)`;
    return {
      program: createProgram(tooLong ? [] : parsedEntries, {
        jq,
        prelude,
        deadlineMs,
        batchItems: options.batchItems ?? BATCH_ITEMS,
      }),
      problems: tooLong
        ? [
            ...problems,
            ...parsedEntries.map(({ entry }) => ({ path: entry.path, costs: 'entry' as const, entry, message })),
          ]
        : problems,
      warnings,
    };
  }

  return { compile };
}

import { type Prepared, prepare } from '../core/expression/prepare.ts';
import { type ExpressionUse, usesOf } from '../core/expression/uses.ts';
import type { ResourceEntry } from '../core/model.ts';
import type { Mapper, MappingProblem } from '../core/ports.ts';
import { findBrokenExpressions } from './check-expressions.ts';
import { DATE_PRELUDE } from './date-prelude.ts';
import { createDates } from './dates.ts';
import { type Group, groupEntries } from './groups.ts';
import type { JqRunner } from './jq-runner.ts';
import { parseEntry } from './parsed-entry.ts';
import { parsePlain } from './plain/parse.ts';
import type { Plain } from './plain/plain.ts';
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

type PreparedUse = ExpressionUse & { readonly prepared: Prepared };

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
    const plain = plainOf(texts, options.allowEnv ?? {});
    // A plain expression compiles: jq is not started to say so.
    const others = texts.filter((text) => !plain.has(text));
    const dates = await datesOf(others);
    const beginning = preludeOf(options.allowEnv);
    const broken = await findBrokenExpressions([...new Set(others)], {
      jq,
      prelude: `${beginning}${dates.prelude}`,
      deadlineMs,
    });
    const prelude = async () => `${beginning}${(await datesOf(texts)).prelude}`;

    const problems = uses.flatMap((use) => problemsOf(use, broken));
    const warnings = uses.flatMap(({ path, prepared }) => {
      const message = prepared.type === 'expression' ? dates.complaint(prepared.text) : undefined;
      return message === undefined ? [] : [{ path, message }];
    });
    const lost = new Set(problems.filter(({ costs }) => costs === 'entry').map(({ entry }) => entry));
    const parsedEntries = entries
      .filter((entry) => !lost.has(entry))
      .map((entry) => parseEntry(entry, new Set(broken.keys())));

    const groups = groupEntries(parsedEntries);
    const least = sizeAfter(beginning, groups);
    // The definitions of dates matter only near the limit: jq is not asked about them before.
    const isNear = least + Buffer.byteLength(DATE_PRELUDE) > MAX_PROGRAM_BYTES;
    const size = isNear ? sizeAfter(await prelude(), groups) : least;
    const tooLong = size > MAX_PROGRAM_BYTES;
    const message = `the expressions of this kind are too long together (${Math.ceil(size / 1024)} KiB as one program, at most ${MAX_PROGRAM_BYTES / 1024} KiB)`;
    return {
      program: createProgram(tooLong ? [] : parsedEntries, {
        jq,
        prelude,
        plain,
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

/** The plain expressions among some, as functions. */
function plainOf(texts: readonly string[], env: Readonly<Record<string, string>>): ReadonlyMap<string, Plain> {
  const plain = new Map<string, Plain>();
  for (const text of texts) {
    const parsed = parsePlain(text, env);
    if (parsed !== undefined) plain.set(text, parsed);
  }
  return plain;
}

function problemsOf(use: PreparedUse, broken: ReadonlyMap<string, string>): readonly MappingProblem[] {
  const { entry, path, costs, prepared } = use;
  if (prepared.type === 'constant') return [];
  const message = prepared.type === 'broken' ? prepared.message : broken.get(prepared.text);
  return message === undefined ? [] : [{ path, costs, entry, message }];
}

/** The bytes of the whole program that begins with a prelude. */
function sizeAfter(prelude: string, groups: readonly Group[]): number {
  return Buffer.byteLength(programText(prelude, groups, { runs: () => true, selectAll: false }));
}

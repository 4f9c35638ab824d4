import { expect } from 'vitest';
import { parseLine } from '../../../src/mapping/cells.ts';
import { findBrokenExpressions } from '../../../src/mapping/check-expressions.ts';
import { createDates } from '../../../src/mapping/dates.ts';
import { isCertainValue } from '../../../src/mapping/plain/certain-value.ts';
import { parsePlain } from '../../../src/mapping/plain/parse.ts';
import { outputsOf, type Plain } from '../../../src/mapping/plain/plain.ts';
import { Undecided } from '../../../src/mapping/plain/values.ts';
import { preludeOf, programText } from '../../../src/mapping/program-text.ts';
import { jq } from '../support.ts';

const ENV = { NAME: 'prod', EMPTY: '' };
const DEADLINE_MS = 120_000;
const dates = createDates(jq);

/** How many pairs were decided here, and how many are jq's. */
export interface Compared {
  readonly plain: number;
  readonly decided: number;
  readonly undecided: number;
}

/** Compares plain expressions with jq on each value. Fails at the first differences. */
export async function compareWithJq(texts: readonly string[], values: readonly unknown[]): Promise<Compared> {
  const plain = new Map<string, Plain>();
  for (const text of texts) {
    const parsed = parsePlain(text, ENV);
    if (parsed !== undefined) plain.set(text, parsed);
  }
  const names = [...plain.keys()];
  const prelude = `${preludeOf(ENV)}${(await dates(names)).prelude}`;
  const broken = await findBrokenExpressions(names, { jq, prelude, deadlineMs: DEADLINE_MS });
  expect([...broken], 'plain expressions that jq does not compile').toEqual([]);

  const group = {
    parse: undefined,
    entries: [],
    expressions: names.map((text) => ({ text, selects: false, usedBy: ['always' as const] })),
  };
  const program = programText(prelude, [group], { runs: () => true, selectAll: false });
  const input = values.map((value) => JSON.stringify(value)).join('\n');
  const outcome = await jq.run(program, input, { deadlineMs: DEADLINE_MS });
  if (!outcome.ok) throw new Error(outcome.message);
  const lines = outcome.stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(values.length);

  const differences = new Map<string, string>();
  let decided = 0;
  let undecided = 0;
  for (const [at, line] of lines.entries()) {
    const [result] = parseLine(line, 1) ?? [];
    const cells = result?.type === 'rows' ? (result.rows[0] ?? []) : [];
    for (const [index, text] of names.entries()) {
      const ours = outcomeHere(plain.get(text), values[at]);
      if (ours === undefined) {
        undecided += 1;
        continue;
      }
      decided += 1;
      const cell = cells[index];
      const theirs = cell?.type === 'value' ? JSON.stringify(cell.value) : JSON.stringify(cell);
      if (ours !== theirs)
        differences.set(text, `on ${JSON.stringify(values[at])}: ${ours}, jq: ${theirs}`.slice(0, 400));
    }
  }
  expect([...differences].slice(0, 20)).toEqual([]);
  return { plain: names.length, decided, undecided };
}

/** The first output as JSON; undefined where jq decides. */
function outcomeHere(plain: Plain | undefined, value: unknown): string | undefined {
  if (plain === undefined || !isCertainValue(value)) return undefined;
  try {
    return JSON.stringify(outputsOf(plain, value)[0] ?? null);
  } catch (error) {
    if (error instanceof Undecided) return undefined;
    throw error;
  }
}

import { AppError } from '../core/errors.ts';
import { type Cell, type GroupResult, parseLine, type Row } from './cells.ts';
import type { Group } from './groups.ts';
import { firstLineOf } from './jq-message.ts';
import type { JqRunner } from './jq-runner.ts';
import { programText } from './program-text.ts';
import type { JqOutcome } from './run-jq.ts';
import type { Strikes } from './strikes.ts';

export interface BatchRunOptions {
  readonly jq: JqRunner;
  readonly prelude: string;
  readonly groups: readonly Group[];
  readonly strikes: Strikes;
  readonly selectAll: boolean;
  /** For a whole batch. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/** What each group gave on one document. */
export type DocumentResult = readonly GroupResult[];

const COMPILE_ERROR = /\d+ compile errors?\s*$/;
const CHUNKS = 8;
const MIN_ALONE_MS = 2_000;
const ALONE_SHARE = 6;
/** A control that needs more than this part of the deadline proves nothing against what was added to it. */
const CONTROL_SHARE = 0.5;

/**
 * Runs the groups over JSON documents, one result per document, in order. A document that kills or stops jq costs only
 * itself: the batch is cut smaller until it is alone, then its expressions run one by one. Bounded: every run has a
 * deadline, and an expression that blew a limit on two documents, while a control without it did not, is left out from then on.
 */
export async function runBatch(
  documents: readonly string[],
  options: BatchRunOptions,
): Promise<readonly DocumentResult[]> {
  const { jq, groups, strikes, selectAll, signal } = options;
  const aloneMs = Math.min(options.deadlineMs, Math.max(MIN_ALONE_MS, options.deadlineMs / ALONE_SHARE));

  async function run(part: readonly string[], deadlineMs: number): Promise<readonly DocumentResult[]> {
    const program = programText(options.prelude, groups, { runs: (text) => !strikes.isDisabled(text), selectAll });
    const outcome = await jq.run(program, part.join('\n'), { deadlineMs, signal });
    if (!outcome.ok && COMPILE_ERROR.test(outcome.message)) {
      // Each expression compiled alone, so this is a mistake of ours; searching for a guilty item would take forever.
      throw new AppError('unexpected', `The compiled mapping is not valid jq: ${firstLineOf(outcome.message)}.`);
    }
    const lines = completeLines(outcome.stdout);
    if (outcome.ok && lines.length !== part.length) return cutSmaller(part);
    // Also after a failure the complete lines are good: they belong to the first documents, in order.
    const results: DocumentResult[] = [];
    for (const [index, line] of lines.slice(0, part.length).entries()) {
      results.push(parseLine(line, groups.length) ?? (await alone(part[index] ?? '')));
    }
    return [...results, ...(await cutSmaller(part.slice(results.length)))];
  }

  /** One chunk after the other, so that what was learned on the first (a disabled expression) helps the next. */
  async function cutSmaller(part: readonly string[]): Promise<readonly DocumentResult[]> {
    if (part.length === 0) return [];
    const [only] = part;
    if (part.length === 1 && only !== undefined) return [await alone(only)];
    const size = Math.ceil(part.length / CHUNKS);
    const results: DocumentResult[] = [];
    for (let start = 0; start < part.length; start += size) {
      results.push(...(await run(part.slice(start, start + size), aloneMs)));
    }
    return results;
  }

  async function alone(document: string): Promise<DocumentResult> {
    const readable = await jq.run('[]', document, { deadlineMs: aloneMs, signal });
    if (!readable.ok) {
      const message = `jq cannot read it: ${messageOfOutcome(readable)}`;
      return groups.map(() => ({ type: 'unreadable', message }));
    }
    const results: GroupResult[] = [];
    for (const group of groups) results.push(await groupAlone(group, document));
    return results;
  }

  async function groupAlone(group: Group, document: string): Promise<GroupResult> {
    const parse = group.parse?.expression;
    const isParse = (text: string): boolean => text === parse && !strikes.isDisabled(text);

    async function only(
      texts: readonly string[],
      deadlineMs = aloneMs,
    ): Promise<GroupResult | { readonly type: 'killed'; readonly outcome: JqOutcome & { ok: false } }> {
      const program = programText(options.prelude, [group], {
        runs: (text) => isParse(text) || texts.includes(text),
        selectAll,
      });
      const outcome = await jq.run(program, document, { deadlineMs, signal });
      if (!outcome.ok) return { type: 'killed', outcome };
      const result = parseLine(completeLines(outcome.stdout)[0] ?? '', 1)?.[0];
      return (
        result ?? {
          type: 'killed',
          outcome: { ok: false, stdout: '', resource: true, message: 'gave something too deep to print' },
        }
      );
    }

    /** The same program on the same document a second later, without the accused: else the machine or a neighbour is to blame. */
    async function worksWithout(among: readonly string[]): Promise<boolean> {
      return (await only(among, aloneMs * CONTROL_SHARE)).type !== 'killed';
    }
    async function isReadable(deadlineMs: number): Promise<boolean> {
      return (await jq.run('[]', document, { deadlineMs, signal })).ok;
    }

    const base = await only([]);
    if (base.type === 'killed') {
      const message = messageOfOutcome(base.outcome);
      if (parse !== undefined && base.outcome.resource && (await isReadable(aloneMs * CONTROL_SHARE)))
        strikes.strike(parse, message);
      return { type: 'failed', message };
    }
    if (base.type !== 'rows') return base;

    const columns = new Map<string, (row: number) => Cell>();
    const harmless: string[] = [];
    async function column(text: string, among: readonly string[]): Promise<void> {
      const index = group.expressions.findIndex((expression) => expression.text === text);
      const result = await only([...among, text]);
      if (result.type === 'rows') {
        harmless.push(text);
        columns.set(text, (row) => result.rows[row]?.[index] ?? { type: 'not_run' });
        return;
      }
      const message = result.type === 'killed' ? messageOfOutcome(result.outcome) : 'it failed';
      if (result.type === 'killed' && result.outcome.resource && (await worksWithout(among)))
        strikes.strike(text, message);
      columns.set(text, () => ({ type: 'failed', message }));
    }
    const runnable = group.expressions.filter((expression) => !strikes.isDisabled(expression.text));
    await Promise.all(runnable.filter(({ selects }) => selects).map(({ text }) => column(text, [])));
    // A field runs under its selector, because a mapping may rely on that; a selector that kills selects nothing.
    const selectors = [...harmless];
    await Promise.all(runnable.filter(({ selects }) => !selects).map(({ text }) => column(text, selectors)));

    const toRow = (_: Row, row: number): Row =>
      group.expressions.map(({ text }): Cell => columns.get(text)?.(row) ?? { type: 'not_run' });
    return { type: 'rows', rows: base.rows.map(toRow) };
  }

  return run(documents, options.deadlineMs);
}

/** The lines that jq finished. */
function completeLines(stdout: string): readonly string[] {
  const end = stdout.lastIndexOf('\n');
  return end === -1 ? [] : stdout.slice(0, end).split('\n');
}

function messageOfOutcome(outcome: JqOutcome & { ok: false }): string {
  return outcome.resource ? outcome.message : firstLineOf(outcome.message);
}

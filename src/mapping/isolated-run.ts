import { type Cell, type GroupResult, parseLine, type Row } from './cells.ts';
import type { Group } from './groups.ts';
import { completeLines, messageOfOutcome } from './jq-output.ts';
import type { JqRunner } from './jq-runner.ts';
import type { LimitBreaches } from './limit-breaches.ts';
import { programText } from './program-text.ts';
import type { JqFailure } from './run-jq.ts';

export interface IsolatedRunOptions {
  readonly jq: JqRunner;
  readonly prelude: string;
  readonly breaches: LimitBreaches;
  readonly selectAll: boolean;
  readonly signal: AbortSignal;
}

/** The control run's share of the deadline. If the control needs more, the expression is not to blame. */
const CONTROL_DEADLINE_SHARE = 0.5;

type Killed = { readonly type: 'killed'; readonly outcome: JqFailure };

/** Runs a group over one document, each expression in its own run, so that a failing one does not affect the others. */
export class IsolatedRun {
  readonly #options: IsolatedRunOptions;
  readonly #group: Group;
  readonly #document: string;
  readonly #deadlineMs: number;
  /** The values of the expressions that were run, by row. */
  readonly #columns = new Map<string, (row: number) => Cell>();

  /** @param deadlineMs for each expression */
  constructor(options: IsolatedRunOptions, group: Group, document: string, deadlineMs: number) {
    this.#options = options;
    this.#group = group;
    this.#document = document;
    this.#deadlineMs = deadlineMs;
  }

  async result(): Promise<GroupResult> {
    const base = await this.#run([]);
    if (base.type === 'killed') return this.#itemsToParseFailed(base.outcome);
    if (base.type !== 'rows') return base;
    const { expressions } = this.#group;
    const runnable = expressions.filter(({ text }) => !this.#options.breaches.isDisabled(text));
    const textsOf = (selects: boolean) => runnable.filter((one) => one.selects === selects).map(({ text }) => text);
    const usable = await Promise.all(textsOf(true).map((text) => this.#runExpression(text, [])));
    // A field runs together with its selector, because a mapping may rely on that. A selector that fails selects nothing.
    const selectors = usable.filter((text) => text !== undefined);
    await Promise.all(textsOf(false).map((text) => this.#runExpression(text, selectors)));

    const toRow = (_: Row, row: number): Row =>
      expressions.map(({ text }): Cell => this.#columns.get(text)?.(row) ?? { type: 'not_run' });
    return { type: 'rows', rows: base.rows.map(toRow) };
  }

  /** The group's itemsToParse alone failed or exceeded a limit. */
  async #itemsToParseFailed(outcome: JqFailure): Promise<GroupResult> {
    const message = messageOfOutcome(outcome);
    const parse = this.#group.parse?.expression;
    if (parse !== undefined && outcome.resource && (await this.#isReadable())) {
      this.#options.breaches.count(parse, message);
    }
    return { type: 'failed', message };
  }

  /** Runs one expression together with these selectors. @returns its text if it succeeded */
  async #runExpression(text: string, selectors: readonly string[]): Promise<string | undefined> {
    const index = this.#group.expressions.findIndex((expression) => expression.text === text);
    const result = await this.#run([...selectors, text]);
    if (result.type === 'rows') {
      this.#columns.set(text, (row) => result.rows[row]?.[index] ?? { type: 'not_run' });
      return text;
    }
    const message = result.type === 'killed' ? messageOfOutcome(result.outcome) : 'it failed';
    if (result.type === 'killed' && result.outcome.resource && (await this.#worksWithout(selectors)))
      this.#options.breaches.count(text, message);
    this.#columns.set(text, () => ({ type: 'failed', message }));
    return undefined;
  }

  /** The control run: the same without the expression. If it fails too, the machine or a selector is to blame. */
  async #worksWithout(selectors: readonly string[]): Promise<boolean> {
    return (await this.#run(selectors, this.#deadlineMs * CONTROL_DEADLINE_SHARE)).type !== 'killed';
  }

  async #isReadable(): Promise<boolean> {
    const { jq, signal } = this.#options;
    return (await jq.run('[]', this.#document, { deadlineMs: this.#deadlineMs * CONTROL_DEADLINE_SHARE, signal })).ok;
  }

  /** Runs the group's program with only these of its expressions. */
  async #run(texts: readonly string[], deadlineMs = this.#deadlineMs): Promise<GroupResult | Killed> {
    const { jq, prelude, breaches, selectAll, signal } = this.#options;
    const parse = this.#group.parse?.expression;
    const isParse = (text: string): boolean => text === parse && !breaches.isDisabled(text);
    const runs = (text: string): boolean => isParse(text) || texts.includes(text);
    const program = programText(prelude, [this.#group], { runs, selectAll });
    const outcome = await jq.run(program, this.#document, { deadlineMs, signal });
    if (!outcome.ok) return { type: 'killed', outcome };
    const result = parseLine(completeLines(outcome.stdout)[0] ?? '', 1)?.[0];
    if (result) return result;
    const message = 'gave something too deep to print';
    return { type: 'killed', outcome: { ok: false, stdout: '', resource: true, message } };
  }
}

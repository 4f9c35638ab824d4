import { type Cell, type GroupResult, parseLine, type Row } from './cells.ts';
import type { Group } from './groups.ts';
import { completeLines, messageOfOutcome } from './jq-output.ts';
import type { JqRunner } from './jq-runner.ts';
import { programText } from './program-text.ts';
import type { JqFailure } from './run-jq.ts';
import type { Strikes } from './strikes.ts';

export interface AloneRunOptions {
  readonly jq: JqRunner;
  readonly prelude: string;
  readonly strikes: Strikes;
  readonly selectAll: boolean;
  readonly signal: AbortSignal;
}

/** A control that needs more than this part of the deadline proves nothing against what was added to it. */
const CONTROL_SHARE = 0.5;

type Killed = { readonly type: 'killed'; readonly outcome: JqFailure };

/** Runs a group over one document, each of its expressions by itself: what one of them does costs no other its value. */
export class AloneRun {
  readonly #options: AloneRunOptions;
  readonly #group: Group;
  readonly #document: string;
  readonly #deadlineMs: number;
  /** The values of the expressions that were run, by row. */
  readonly #columns = new Map<string, (row: number) => Cell>();

  /** @param deadlineMs for each expression */
  constructor(options: AloneRunOptions, group: Group, document: string, deadlineMs: number) {
    this.#options = options;
    this.#group = group;
    this.#document = document;
    this.#deadlineMs = deadlineMs;
  }

  async result(): Promise<GroupResult> {
    const base = await this.#run([]);
    if (base.type === 'killed') return this.#unparsed(base.outcome);
    if (base.type !== 'rows') return base;
    const { expressions } = this.#group;
    const runnable = expressions.filter(({ text }) => !this.#options.strikes.isDisabled(text));
    const textsOf = (selects: boolean) => runnable.filter((one) => one.selects === selects).map(({ text }) => text);
    const usable = await Promise.all(textsOf(true).map((text) => this.#column(text, [])));
    // A field runs under its selector, because a mapping may rely on that; a selector that kills selects nothing.
    const selectors = usable.filter((text) => text !== undefined);
    await Promise.all(textsOf(false).map((text) => this.#column(text, selectors)));

    const toRow = (_: Row, row: number): Row =>
      expressions.map(({ text }): Cell => this.#columns.get(text)?.(row) ?? { type: 'not_run' });
    return { type: 'rows', rows: base.rows.map(toRow) };
  }

  /** The group's itemsToParse alone was too much, or failed. */
  async #unparsed(outcome: JqFailure): Promise<GroupResult> {
    const message = messageOfOutcome(outcome);
    const parse = this.#group.parse?.expression;
    if (parse !== undefined && outcome.resource && (await this.#isReadable())) {
      this.#options.strikes.strike(parse, message);
    }
    return { type: 'failed', message };
  }

  /** Runs one expression beside these. @returns its text where it did no harm */
  async #column(text: string, among: readonly string[]): Promise<string | undefined> {
    const index = this.#group.expressions.findIndex((expression) => expression.text === text);
    const result = await this.#run([...among, text]);
    if (result.type === 'rows') {
      this.#columns.set(text, (row) => result.rows[row]?.[index] ?? { type: 'not_run' });
      return text;
    }
    const message = result.type === 'killed' ? messageOfOutcome(result.outcome) : 'it failed';
    if (result.type === 'killed' && result.outcome.resource && (await this.#worksWithout(among)))
      this.#options.strikes.strike(text, message);
    this.#columns.set(text, () => ({ type: 'failed', message }));
    return undefined;
  }

  /** The same program on the same document a second later, without the accused: else the machine or a neighbour is to blame. */
  async #worksWithout(among: readonly string[]): Promise<boolean> {
    return (await this.#run(among, this.#deadlineMs * CONTROL_SHARE)).type !== 'killed';
  }

  async #isReadable(): Promise<boolean> {
    const { jq, signal } = this.#options;
    return (await jq.run('[]', this.#document, { deadlineMs: this.#deadlineMs * CONTROL_SHARE, signal })).ok;
  }

  /** Runs the group's program with these of its expressions. */
  async #run(texts: readonly string[], deadlineMs = this.#deadlineMs): Promise<GroupResult | Killed> {
    const { jq, prelude, strikes, selectAll, signal } = this.#options;
    const parse = this.#group.parse?.expression;
    const isParse = (text: string): boolean => text === parse && !strikes.isDisabled(text);
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

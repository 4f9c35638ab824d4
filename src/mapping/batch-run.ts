import { AppError } from '../core/errors.ts';
import { AloneRun, type AloneRunOptions } from './alone-run.ts';
import { type GroupResult, parseLine } from './cells.ts';
import type { Group } from './groups.ts';
import { firstLineOf } from './jq-message.ts';
import { completeLines, messageOfOutcome } from './jq-output.ts';
import { programText } from './program-text.ts';

export interface BatchRunOptions extends AloneRunOptions {
  readonly groups: readonly Group[];
  /** For a whole batch. */
  readonly deadlineMs: number;
}

/** What each group gave on one document. */
export type DocumentResult = readonly GroupResult[];

const COMPILE_ERROR = /\d+ compile errors?\s*$/;
const CHUNKS = 8;
const MIN_ALONE_MS = 2_000;
const ALONE_SHARE = 6;

/**
 * Runs the groups over JSON documents, one result per document, in order. A document that kills or stops jq costs only
 * itself: the batch is cut smaller until it is alone, then its expressions run one by one. Bounded: every run has a
 * deadline, and an expression that blew a limit on two documents, while a control without it did not, is left out from then on.
 */
export function runBatch(documents: readonly string[], options: BatchRunOptions): Promise<readonly DocumentResult[]> {
  return new BatchRun(options).run(documents, options.deadlineMs);
}

class BatchRun {
  readonly #options: BatchRunOptions;
  /** For each run that is to find out which document, and which expression of it, is to blame. */
  readonly #aloneMs: number;

  constructor(options: BatchRunOptions) {
    this.#options = options;
    this.#aloneMs = Math.min(options.deadlineMs, Math.max(MIN_ALONE_MS, options.deadlineMs / ALONE_SHARE));
  }

  async run(part: readonly string[], deadlineMs: number): Promise<readonly DocumentResult[]> {
    const { jq, prelude, groups, strikes, selectAll, signal } = this.#options;
    const program = programText(prelude, groups, { runs: (text) => !strikes.isDisabled(text), selectAll });
    const outcome = await jq.run(program, part.join('\n'), { deadlineMs, signal });
    if (!outcome.ok && COMPILE_ERROR.test(outcome.message)) {
      // Each expression compiled alone, so this is a mistake of ours; searching for a guilty item would take forever.
      throw new AppError('unexpected', `The compiled mapping is not valid jq: ${firstLineOf(outcome.message)}.`);
    }
    const lines = completeLines(outcome.stdout);
    if (outcome.ok && lines.length !== part.length) return this.#cutSmaller(part);
    // Also after a failure the complete lines are good: they belong to the first documents, in order.
    const results: DocumentResult[] = [];
    for (const [index, line] of lines.slice(0, part.length).entries()) {
      results.push(parseLine(line, groups.length) ?? (await this.#alone(part[index] ?? '')));
    }
    return [...results, ...(await this.#cutSmaller(part.slice(results.length)))];
  }

  /** One chunk after the other, so that what was learned on the first (a disabled expression) helps the next. */
  async #cutSmaller(part: readonly string[]): Promise<readonly DocumentResult[]> {
    if (part.length === 0) return [];
    const [only] = part;
    if (part.length === 1 && only !== undefined) return [await this.#alone(only)];
    const size = Math.ceil(part.length / CHUNKS);
    const results: DocumentResult[] = [];
    for (let start = 0; start < part.length; start += size) {
      results.push(...(await this.run(part.slice(start, start + size), this.#aloneMs)));
    }
    return results;
  }

  async #alone(document: string): Promise<DocumentResult> {
    const { jq, groups, signal } = this.#options;
    const readable = await jq.run('[]', document, { deadlineMs: this.#aloneMs, signal });
    if (!readable.ok) {
      const message = `jq cannot read it: ${messageOfOutcome(readable)}`;
      return groups.map(() => ({ type: 'unreadable', message }));
    }
    const results: GroupResult[] = [];
    for (const group of groups) {
      results.push(await new AloneRun(this.#options, group, document, this.#aloneMs).result());
    }
    return results;
  }
}

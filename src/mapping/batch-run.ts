import { AppError } from '../core/errors.ts';
import { type GroupResult, parseLine } from './cells.ts';
import type { Group } from './groups.ts';
import { IsolatedRun, type IsolatedRunOptions } from './isolated-run.ts';
import { firstLineOf } from './jq-message.ts';
import { completeLines, messageOfOutcome } from './jq-output.ts';
import { programText } from './program-text.ts';

export interface BatchRunOptions extends IsolatedRunOptions {
  readonly groups: readonly Group[];
  /** The deadline for a whole batch. */
  readonly deadlineMs: number;
}

/** The results of all groups for one document. */
export type DocumentResult = readonly GroupResult[];

const COMPILE_ERROR = /\d+ compile errors?\s*$/;
const CHUNKS = 8;
const MIN_ISOLATED_MS = 2_000;
const ISOLATED_SHARE = 6;

/**
 * Runs the groups over JSON documents. Returns one result per document, in order. If a document makes jq fail, the batch is
 * split until the document is alone; then its expressions run one by one. This ends, because every run has a deadline, and
 * an expression that exceeded a limit on two documents (while a control run without it did not) is not run any more.
 */
export function runBatch(documents: readonly string[], options: BatchRunOptions): Promise<readonly DocumentResult[]> {
  return new BatchRun(options).run(documents, options.deadlineMs);
}

class BatchRun {
  readonly #options: BatchRunOptions;
  /** The deadline of a run that searches for the document or expression that fails. */
  readonly #isolatedMs: number;

  constructor(options: BatchRunOptions) {
    this.#options = options;
    this.#isolatedMs = Math.min(options.deadlineMs, Math.max(MIN_ISOLATED_MS, options.deadlineMs / ISOLATED_SHARE));
  }

  async run(part: readonly string[], deadlineMs: number): Promise<readonly DocumentResult[]> {
    const { jq, prelude, groups, breaches, selectAll, signal } = this.#options;
    const program = programText(prelude, groups, { runs: (text) => !breaches.isDisabled(text), selectAll });
    const outcome = await jq.run(program, part.join('\n'), { deadlineMs, signal });
    if (!outcome.ok && COMPILE_ERROR.test(outcome.message)) {
      // Each expression compiled alone, so this is our bug, and splitting the batch would not help.
      throw new AppError('unexpected', `The compiled mapping is not valid jq: ${firstLineOf(outcome.message)}.`);
    }
    const lines = completeLines(outcome.stdout);
    if (outcome.ok && lines.length !== part.length) return this.#split(part);
    // After a failure the complete lines can be used: they belong to the first documents.
    const results: DocumentResult[] = [];
    for (const [index, line] of lines.slice(0, part.length).entries()) {
      results.push(parseLine(line, groups.length) ?? (await this.#isolate(part[index] ?? '')));
    }
    return [...results, ...(await this.#split(part.slice(results.length)))];
  }

  /** One chunk after the other, so that an expression that the first one disables is not run for the next. */
  async #split(part: readonly string[]): Promise<readonly DocumentResult[]> {
    if (part.length === 0) return [];
    const [only] = part;
    if (part.length === 1 && only !== undefined) return [await this.#isolate(only)];
    const size = Math.ceil(part.length / CHUNKS);
    const results: DocumentResult[] = [];
    for (let start = 0; start < part.length; start += size) {
      results.push(...(await this.run(part.slice(start, start + size), this.#isolatedMs)));
    }
    return results;
  }

  async #isolate(document: string): Promise<DocumentResult> {
    const { jq, groups, signal } = this.#options;
    const readable = await jq.run('[]', document, { deadlineMs: this.#isolatedMs, signal });
    if (!readable.ok) {
      const message = `jq cannot read it: ${messageOfOutcome(readable)}`;
      return groups.map(() => ({ type: 'unreadable', message }));
    }
    const results: GroupResult[] = [];
    for (const group of groups) {
      results.push(await new IsolatedRun(this.#options, group, document, this.#isolatedMs).result());
    }
    return results;
  }
}

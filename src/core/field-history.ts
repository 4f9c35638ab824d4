import type { Kind } from './model.ts';
import type { RunStatus } from './report.ts';

const MAX_EXPRESSION = 500;

/** How often an expression gave a value, null, or failed. */
export interface FieldCount {
  readonly values: number;
  readonly nulls: number;
  readonly failed: number;
}

/** An expression of the mapping, and what it gave in one run. */
export interface CountedField extends FieldCount {
  /** `resources[0]`, or the path of the template where the entry has several. */
  readonly entry: string;
  readonly kind: Kind;
  /** null: an expression computes it. */
  readonly blueprint: string | null;
  /** `selector.query`, `identifier`, `properties.status` */
  readonly path: string;
  readonly expression: string;
}

/** What the expressions gave in one run. */
export interface RunFields {
  readonly runId: string;
  readonly startedAt: string;
  readonly status: RunStatus;
  readonly fields: readonly CountedField[];
}

/** A record of what expressions gave. It is a record and no state: losing it loses nothing else. */
export interface FieldHistory {
  add(run: RunFields): Promise<void>;
  /** The newest first. */
  list(runs: number): Promise<readonly RunFields[]>;
}

/** The record of a run, within its limits. Secrets are masked before, because half of one would not be found. */
export function runFields(
  { runId, startedAt, status }: Pick<RunFields, 'runId' | 'startedAt' | 'status'>,
  counted: readonly CountedField[],
): RunFields {
  const fields = counted.map(({ expression, ...field }) => ({
    ...field,
    expression: expression.length > MAX_EXPRESSION ? `${expression.slice(0, MAX_EXPRESSION)}…` : expression,
  }));
  return { runId, startedAt, status, fields };
}

/** Of how many runs the counts are kept. */
export const KEPT_FIELD_RUNS = 20;

import type { LintDocument } from './lint/lint.ts';

/** What a request wants to be checked. Whatever is missing is what a resync would use. */
export interface LintOrder {
  /** YAML or JSON. */
  readonly mapping?: string | undefined;
  readonly blueprints?: readonly unknown[] | undefined;
  /** `live`: read from Komodor. Otherwise items, as `lint --samples FILE` takes them. */
  readonly samples?: unknown;
}

/** Checks mappings for the HTTP route. @throws AppError when samples cannot be used, or a system cannot be asked */
export type LintAnswers = (order: LintOrder, signal: AbortSignal) => Promise<LintDocument>;

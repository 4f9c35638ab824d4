export type JqOutcome = { readonly ok: true; readonly stdout: string } | JqFailure;

export interface JqFailure {
  readonly ok: false;
  /** The output before the failure. */
  readonly stdout: string;
  /** Whether it exceeded a limit. */
  readonly resource: boolean;
  /** If a limit was exceeded, a text that continues a sentence after "it"; otherwise jq's error output. */
  readonly message: string;
}

export interface JqLimits {
  /** In processor time, from when jq is ready. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a program over JSON documents. A program that fails or exceeds a limit gives an outcome. Throws AppError
 * `jq_unusable` when jq cannot be started, and the signal's reason when aborted.
 */
export type RunJq = (program: string, input: string, limits: JqLimits) => Promise<JqOutcome>;

export type JqOutcome = { readonly ok: true; readonly stdout: string } | JqFailure;

export interface JqFailure {
  readonly ok: false;
  /** What was printed before. */
  readonly stdout: string;
  /** Whether it blew a limit. */
  readonly resource: boolean;
  /** Goes on after "it" where a limit was blown; otherwise jq's error output. */
  readonly message: string;
}

export interface JqLimits {
  /** Of processor time, from when jq is ready. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a program over JSON documents. A program that fails, hangs or floods is an outcome; throws AppError
 * `jq_unusable` when jq cannot be started at all, and the signal's reason on abort.
 */
export type RunJq = (program: string, input: string, limits: JqLimits) => Promise<JqOutcome>;

export type JqOutcome =
  | { readonly ok: true; readonly stdout: string }
  /**
   * `stdout` holds what was printed before. `resource`: it blew a limit, and `message` goes on after "it"; otherwise
   * `message` is jq's error output.
   */
  | { readonly ok: false; readonly stdout: string; readonly resource: boolean; readonly message: string };

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

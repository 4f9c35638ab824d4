import { ApiProblem } from '../../api/problem.ts';

/** Where a question stands. */
export interface Asked<A> {
  /** The newest answer; while another one is asked for, the one before. */
  readonly value: A | undefined;
  readonly problem: ApiProblem | undefined;
  /** `waiting`: the service wants to be asked later. */
  readonly state: 'asking' | 'waiting' | 'answered';
}

interface How<A> {
  /** For so long nothing more must be typed. */
  readonly delayMs: number;
  readonly before: Asked<A>;
  readonly onChange: (asked: Asked<A>) => void;
  readonly signal: AbortSignal;
}

const RETRY_SECONDS = 5;

/** Asks once it has been quiet for a while. When the service is busy (429), asks again after the time that it names. */
export async function askWhenQuiet<A>(
  ask: (signal: AbortSignal) => Promise<A>,
  { delayMs, before, onChange, signal }: How<A>,
): Promise<void> {
  const { value } = before;
  let problem: ApiProblem | undefined;
  onChange({ value, problem, state: 'asking' });
  await pause(delayMs, signal);
  while (!signal.aborted) {
    try {
      const answer = await ask(signal);
      if (!signal.aborted) onChange({ value: answer, problem: undefined, state: 'answered' });
      return;
    } catch (error) {
      if (signal.aborted) return;
      problem = error instanceof ApiProblem ? error : new ApiProblem(0, 'page', String(error));
      if (problem.status !== 429) {
        onChange({ value, problem, state: 'answered' });
        return;
      }
      onChange({ value, problem, state: 'waiting' });
      await pause((problem.retryAfterSeconds ?? RETRY_SECONDS) * 1_000, signal);
    }
  }
}

/** Ends early when the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(end, ms);
    function end() {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    }
    signal.addEventListener('abort', end);
  });
}

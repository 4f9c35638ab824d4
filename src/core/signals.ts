/**
 * Runs work with a signal that aborts when one of these does. `AbortSignal.any` is not used, because in Node 20 it leaks
 * memory in signals that live long.
 */
export async function withAnySignal<T>(
  signals: readonly AbortSignal[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const either = new AbortController();
  function abort(): void {
    either.abort(signals.find(({ aborted }) => aborted)?.reason);
  }
  for (const signal of signals) signal.addEventListener('abort', abort, { once: true });
  if (signals.some(({ aborted }) => aborted)) abort();
  try {
    return await work(either.signal);
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', abort);
  }
}

/**
 * Runs work with a signal that aborts when the given one does, and after a time. With `AbortSignal.any` the time would
 * sometimes never end: Node 20 collects an `AbortSignal.timeout` that only a combined signal refers to.
 * @throws what `late` gives, when the time is over
 */
export async function withTimeLimit<T>(
  ms: number,
  signal: AbortSignal,
  work: (limited: AbortSignal) => Promise<T>,
  late: () => Error,
): Promise<T> {
  const limit = AbortSignal.timeout(ms);
  try {
    return await withAnySignal([signal, limit], work);
  } catch (error) {
    throw limit.aborted && !signal.aborted ? late() : error;
  }
}

/** Waits for work that goes on when we stop waiting. @throws what the work throws, or the signal's reason when it aborts */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

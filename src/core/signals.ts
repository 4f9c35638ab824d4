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

/**
 * Does something with a signal that aborts as soon as one of these does. `AbortSignal.any` would leave a trace in each of
 * them for as long as it lives (Node 20), and a signal of the whole process lives for months.
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

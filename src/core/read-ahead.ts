/**
 * Reads up to `depth()` values ahead of the consumer and works on each at once, so that reading, working and the consumer
 * overlap. Yields the results in order. Passes on the generator's return value and all errors, and closes the generator
 * when the consumer stops early.
 */
export async function* readAhead<T, U, R>(
  source: AsyncGenerator<T, R>,
  work: (value: T) => Promise<U>,
  depth: () => number,
): AsyncGenerator<U, R> {
  const waiting: Promise<IteratorResult<U, R>>[] = [];
  const begin = async (): Promise<IteratorResult<U, R>> => {
    const next = await source.next();
    return next.done ? next : { done: false, value: await work(next.value) };
  };
  const fill = () => {
    while (waiting.length < Math.max(1, depth())) {
      const next = begin();
      // The consumer gets the rejection later. Until then it must not be an unhandled rejection.
      next.catch(() => undefined);
      waiting.push(next);
    }
  };
  try {
    for (;;) {
      fill();
      const result = await waiting.shift();
      if (result === undefined) throw new Error('read-ahead lost its queue');
      if (result.done) return result.value;
      yield result.value;
    }
  } finally {
    await source.return(undefined as R).catch(() => undefined);
  }
}

/**
 * Reads up to `depth` values ahead of the consumer, so that fetching the next pages and working on this one overlap.
 * Passes on the generator's return value and its errors, and closes it when the consumer leaves early.
 */
export async function* readAhead<T, R>(source: AsyncGenerator<T, R>, depth: number): AsyncGenerator<T, R> {
  const waiting: Promise<IteratorResult<T, R>>[] = [];
  const fill = () => {
    while (waiting.length < depth) {
      const next = source.next();
      // The consumer sees the rejection when it gets there; until then it must not count as unhandled.
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

/**
 * Reads up to `depth` values ahead of the consumer and works on each as soon as it is there, so that fetching, working and
 * what the consumer does overlap. Gives the results in order. Passes on the generator's return value and all errors, and
 * closes the generator when the consumer leaves early.
 */
export async function* readAhead<T, U, R>(
  source: AsyncGenerator<T, R>,
  work: (value: T) => Promise<U>,
  depth: number,
): AsyncGenerator<U, R> {
  const waiting: Promise<IteratorResult<U, R>>[] = [];
  const begin = async (): Promise<IteratorResult<U, R>> => {
    const next = await source.next();
    return next.done ? next : { done: false, value: await work(next.value) };
  };
  const fill = () => {
    while (waiting.length < depth) {
      const next = begin();
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

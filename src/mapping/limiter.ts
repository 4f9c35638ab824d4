/** Runs at most `limit` tasks at a time. The others wait in order. */
export function createLimiter(limit: number): <T>(task: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async function limited<T>(task: () => Promise<T>): Promise<T> {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      // If a task waits, `running` stays the same, so that no other task can start before it.
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

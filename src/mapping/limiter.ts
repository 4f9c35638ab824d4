export interface LimiterOptions {
  /** How many tasks run at a time. */
  readonly limit: number;
  /** One more at a time, up to `most`, for a task that waits this long. */
  readonly extra?: { readonly most: number; readonly patienceMs: number };
}

/** Runs only some tasks at a time. The others wait in order. */
export function createLimiter({ limit, extra }: LimiterOptions): <T>(task: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: { begin: () => void; overdue: boolean }[] = [];

  function turn(): Promise<void> {
    return new Promise((resolve) => {
      const one = { begin, overdue: false };
      const timer = extra === undefined ? undefined : setTimeout(becomeOverdue, extra.patienceMs).unref();
      function begin(): void {
        clearTimeout(timer);
        resolve();
      }
      function becomeOverdue(): void {
        one.overdue = true;
        if (extra === undefined || running >= extra.most) return;
        waiting.splice(waiting.indexOf(one), 1);
        running += 1;
        resolve();
      }
      waiting.push(one);
    });
  }

  return async function limited<T>(task: () => Promise<T>): Promise<T> {
    if (running >= limit) await turn();
    else running += 1;
    try {
      return await task();
    } finally {
      const next = running <= limit || waiting[0]?.overdue === true ? waiting.shift() : undefined;
      // If a task waits, `running` stays the same, so that no other task can start before it.
      if (next === undefined) running -= 1;
      else next.begin();
    }
  };
}

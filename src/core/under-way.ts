/** Marks a promise's rejection as handled, for whoever does not wait for it. Who does, gets it all the same. */
export function underWay<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

/** Waits until all have ended, so that none goes on unseen. @throws the failure of the first in the list that failed */
export async function allInOrder<T>(tasks: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(tasks);
  return Promise.all(tasks);
}

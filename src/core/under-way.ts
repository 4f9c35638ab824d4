/** Marks a promise's rejection as handled, for whoever does not wait for it. Who does, gets it all the same. */
export function underWay<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

/** How many entities to process before yielding. They take a few milliseconds. */
export const ENTITIES_PER_TURN = 50;

/** Lets the event loop handle sockets and timers, so that the service answers during a long loop. */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

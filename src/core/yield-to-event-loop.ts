/** How many entities to process before yielding. They take a few milliseconds. */
export const ENTITIES_PER_TURN = 50;

const THINGS_PER_TURN = 2_000;

/** Looks at each of very many things, with pauses. */
export async function forEachInTurns<T>(things: Iterable<T>, look: (thing: T) => void): Promise<void> {
  let looked = 0;
  for (const thing of things) {
    if (looked % THINGS_PER_TURN === 0) await yieldToEventLoop();
    looked += 1;
    look(thing);
  }
}

/** Lets the event loop handle sockets and timers, so that the service answers during a long loop. */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** So many entities are worked off in a few milliseconds; then it is the others' turn. */
export const ENTITIES_PER_TURN = 50;

/** Lets others have their turn: sockets, timers, whoever asks how the service is. */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

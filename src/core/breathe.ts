/** Lets others have their turn: sockets, timers, whoever asks how the service is. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

import { setMaxListeners } from 'node:events';

/** The signals of a client's requests: each aborts with its caller's, and all of them when the client is closed. */
export class RequestSignals {
  readonly #underWay = new Set<AbortController>();
  #closed: DOMException | undefined;

  /** @returns the signal for one request, and what has to be called when that has ended */
  begin(caller: AbortSignal): { readonly signal: AbortSignal; readonly end: () => void } {
    const over = new AbortController();
    const abort = () => over.abort(caller.reason);
    // Many requests may listen to the signal of one run.
    setMaxListeners(0, caller);
    caller.addEventListener('abort', abort, { once: true });
    if (caller.aborted) abort();
    // A set, because one listener more for each request would cost more.
    this.#underWay.add(over);
    if (this.#closed) over.abort(this.#closed);
    return {
      signal: over.signal,
      end: () => {
        caller.removeEventListener('abort', abort);
        this.#underWay.delete(over);
      },
    };
  }

  close(): void {
    this.#closed = new DOMException('The connections were closed', 'AbortError');
    for (const one of this.#underWay) one.abort(this.#closed);
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { isDoneWithin } from '../core/deadline.ts';
import { isAbort, messageOf } from '../core/errors.ts';
import { createHookClient, type HookClient, hookFailure } from '../net/hook-client.ts';
import { HttpFailure } from '../net/http-failure.ts';
import { bodyFor, signatureOf } from './body.ts';
import type { Notice } from './notice.ts';

export interface ReceiverOptions {
  /** May contain a token, so only its host appears in messages. */
  readonly url: string;
  readonly secret: string | undefined;
  readonly userAgent: string;
  readonly env: NodeJS.Dict<string>;
  readonly log: (level: 'warn' | 'debug', message: string) => void;
  /** How long to wait after the first failed delivery (default 15 s). The wait doubles. */
  readonly firstWaitMs?: number;
}

const FIRST_WAIT_MS = 15_000;
const LONGEST_WAIT_MS = 15 * 60_000;

/** One address that is told. Deliveries go on in the background; a newer notice replaces one that was not delivered yet. */
export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #hook: HookClient;
  readonly #ending = new AbortController();
  #waiting: { readonly key: string; readonly notice: Notice } | undefined;
  #told: string | undefined;
  #work: Promise<void> | undefined;
  #failures = 0;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#hook = createHookClient(options.url, options.userAgent, options.env);
  }

  /** @param key what is told; when it is what the receiver was told last, nothing is sent */
  tell(key: string, notice: Notice): void {
    this.#waiting = { key, notice };
    this.#start();
  }

  /** Waits a short time for what is on its way, then gives up. */
  async close(withinMs: number): Promise<void> {
    if (this.#work !== undefined) await isDoneWithin(withinMs, this.#work);
    this.#ending.abort();
    await this.#work;
    this.#hook.close();
  }

  #start(): void {
    this.#work ??= this.#deliverAll().finally(() => {
      this.#work = undefined;
      // It may have come after the last look.
      if (this.#waiting !== undefined && !this.#ending.signal.aborted) this.#start();
    });
  }

  async #deliverAll(): Promise<void> {
    while (this.#waiting !== undefined && !this.#ending.signal.aborted) {
      const next = this.#waiting;
      this.#waiting = undefined;
      if (next.key === this.#told) continue;
      try {
        await this.#post(next.notice);
        this.#told = next.key;
        this.#failures = 0;
      } catch (error) {
        if (isAbort(error, this.#ending.signal)) return;
        if (this.#noteFailure(error) === 'given up') continue;
        this.#waiting ??= next;
        const { firstWaitMs = FIRST_WAIT_MS } = this.#options;
        const ms = Math.min(firstWaitMs * 2 ** (this.#failures - 1), LONGEST_WAIT_MS);
        await sleep(ms, undefined, { signal: this.#ending.signal, ref: false }).catch(() => undefined);
      }
    }
  }

  async #post(notice: Notice): Promise<void> {
    const bodyText = bodyFor(this.#hook.hostname, notice);
    const { secret } = this.#options;
    const headers = secret === undefined ? {} : { 'x-signature': signatureOf(bodyText, secret) };
    await this.#hook.post(bodyText, headers, this.#ending.signal);
  }

  #noteFailure(error: unknown): 'given up' | 'tried again' {
    this.#failures += 1;
    const status = error instanceof HttpFailure ? error.status : undefined;
    const why = error instanceof HttpFailure ? hookFailure(error) : messageOf(error);
    const outcome = status !== undefined && isRefusal(status) ? 'given up' : 'tried again';
    const next = outcome === 'given up' ? 'It is not sent again: is NOTIFY_URL right?' : 'It is tried again';
    this.#options.log(
      this.#failures === 1 ? 'warn' : 'debug',
      `${this.#hook.host} (NOTIFY_URL) did not take a notification: ${why}. ${next}`,
    );
    return outcome;
  }
}

/** Whether sending the same again cannot help. */
function isRefusal(status: number): boolean {
  return status >= 300 && status < 500 && status !== 408 && status !== 425 && status !== 429;
}

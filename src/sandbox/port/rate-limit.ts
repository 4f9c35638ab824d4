import { Refusal } from './refusal.ts';

export interface RateLimitOptions {
  readonly limit: number;
  readonly periodSeconds: number;
  /** Whether `x-ratelimit-reset` counts the seconds to go or names the moment; both are met in the wild. */
  readonly resetStyle?: 'seconds' | 'epoch';
}

/** Out of everybody's reach, so that the headers are there but never matter. */
const GENEROUS: RateLimitOptions = { limit: 1_000_000, periodSeconds: 60 };

/** Counts requests in fixed windows, as the API does for the whole organization. */
export class RateLimit {
  readonly #options: RateLimitOptions;
  #windowStart = Date.now();
  #used = 0;

  constructor(options: RateLimitOptions = GENEROUS) {
    this.#options = options;
  }

  /** Counts one request. Throws 429 when the window has none left. */
  spend(): void {
    this.#roll();
    if (this.#used >= this.#options.limit) throw new Refusal(429, 'rate_limit_exceeded', 'Too many requests');
    this.#used += 1;
  }

  /** The four headers that every answer carries. */
  headers(): Record<string, string> {
    this.#roll();
    const reset = this.#options.resetStyle === 'epoch' ? this.#windowEnd() / 1000 : this.secondsToGo();
    return {
      'x-ratelimit-limit': String(this.#options.limit),
      'x-ratelimit-period': String(this.#options.periodSeconds),
      'x-ratelimit-remaining': String(Math.max(0, this.#options.limit - this.#used)),
      'x-ratelimit-reset': String(Math.ceil(reset)),
    };
  }

  /** Whole seconds until the next window, at least one. */
  secondsToGo(): number {
    return Math.max(1, Math.ceil((this.#windowEnd() - Date.now()) / 1000));
  }

  #windowEnd(): number {
    return this.#windowStart + this.#options.periodSeconds * 1000;
  }

  #roll(): void {
    if (Date.now() < this.#windowEnd()) return;
    this.#windowStart = Date.now();
    this.#used = 0;
  }
}

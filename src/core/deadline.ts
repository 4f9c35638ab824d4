import { withAnySignal } from './signals.ts';

/**
 * Waits for work, but no longer than `ms`; then returns `late`. The work goes on. If it should be aborted, use
 * `withDeadline`.
 * @throws what the work throws in time. Later errors are ignored.
 */
export async function within<T, Late>(ms: number, work: Promise<T>, late: Late): Promise<T | Late> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<Late>((resolve) => {
    timer = setTimeout(() => resolve(late), ms);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for work, but no longer than `ms`. False: it has not ended, or it has failed. */
export function isDoneWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  const done = work.then(
    () => true,
    () => false,
  );
  return within(ms, done, false);
}

/** Runs work with a signal that aborts when the caller's does, or after `ms` with a TimeoutError. */
export async function withDeadline<T>(
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(new DOMException(`not done within ${ms / 1000} s`, 'TimeoutError')), ms);
  try {
    return await withAnySignal([signal, over.signal], work);
  } finally {
    clearTimeout(timer);
  }
}

/** One deadline for several things that are done one after the other. */
export class Deadline {
  readonly #at: number;

  constructor(ms: number) {
    this.#at = performance.now() + ms;
  }

  /** @param reserveMs how much time to leave for later steps */
  leftMs(reserveMs = 0): number {
    return Math.max(0, this.#at - reserveMs - performance.now());
  }

  /** Waits for work until the deadline. False: it has not ended, or it has failed. */
  wait(work: Promise<unknown>, reserveMs = 0): Promise<boolean> {
    return isDoneWithin(this.leftMs(reserveMs), work);
  }
}

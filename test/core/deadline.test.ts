import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Deadline, isDoneWithin, withDeadline, within } from '../../src/core/deadline.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = () => new Promise<never>(() => undefined);
const later = <T>(ms: number, value: T) => new Promise<T>((resolve) => setTimeout(() => resolve(value), ms));
const failing = (ms: number) => later(ms, undefined).then(() => Promise.reject(new Error('failed')));

/** Lets time pass until nothing waits for it any more. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  await vi.runAllTimersAsync();
  return work;
}

describe('work that is waited for', () => {
  it('gives its answer in time, and leaves no timer', async () => {
    const answer = within(1_000, Promise.resolve('done'), 'late');
    expect(await answer).toBe('done');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('gives the other answer after that, not before', async () => {
    const settled = vi.fn();
    const answer = within(1_000, never(), 'late').then(settled);
    await vi.advanceTimersByTimeAsync(999);
    expect(settled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await answer;
    expect(settled).toHaveBeenCalledWith('late');
  });

  it('may fail: in time that is told, and later it is nobody’s', async () => {
    await expect(inTime(within(1_000, failing(999), 'late'))).rejects.toThrow('failed');
    expect(await inTime(within(1_000, failing(2_000), 'late'))).toBe('late');
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ['has ended', () => later(999, undefined), true],
    ['has failed', () => failing(999), false],
    ['goes on', never, false],
  ])('that %s is done or not', async (_, work, done) => {
    expect(await inTime(isDoneWithin(1_000, work()))).toBe(done);
  });
});

describe('work under a deadline', () => {
  const untilAborted = (signal: AbortSignal) =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason), { once: true }));

  it('is stopped when the time is over, and told why', async () => {
    const reason = await inTime(withDeadline(1_500, new AbortController().signal, untilAborted));
    expect(reason).toMatchObject({ name: 'TimeoutError', message: 'not done within 1.5 s' });
  });

  it('is stopped with the caller', async () => {
    const caller = new AbortController();
    const told = withDeadline(1_000, caller.signal, untilAborted);
    caller.abort('enough');
    expect(await told).toBe('enough');
    expect(await withDeadline(1_000, caller.signal, async ({ reason }) => reason)).toBe('enough');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves nothing behind, however it ends', async () => {
    const { signal } = new AbortController();
    expect(await withDeadline(1_000, signal, async ({ aborted }) => aborted)).toBe(false);
    await expect(withDeadline(1_000, signal, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('one deadline for several things', () => {
  it('leaves the later ones what the earlier ones left', async () => {
    const deadline = new Deadline(1_000);
    expect(await inTime(deadline.wait(later(600, undefined)))).toBe(true);
    expect(deadline.leftMs()).toBe(400);
    expect(await inTime(deadline.wait(later(600, undefined)))).toBe(false);
    expect(deadline.leftMs()).toBe(0);
    expect(await inTime(deadline.wait(Promise.resolve()))).toBe(true);
  });

  it('keeps a part for those who come after', async () => {
    const deadline = new Deadline(1_000);
    expect(deadline.leftMs(300)).toBe(700);
    expect(await inTime(deadline.wait(later(750, undefined), 300))).toBe(false);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(deadline.leftMs(300)).toBe(0);
  });
});

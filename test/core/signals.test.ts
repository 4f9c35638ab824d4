import { getEventListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { withAnySignal, withTimeLimit } from '../../src/core/signals.ts';

const untilAborted = (signal: AbortSignal) =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    signal.addEventListener('abort', () => resolve(signal.reason), { once: true });
  });

describe('work under either of two signals', () => {
  it.each([0, 1])('is told when one aborts, and why: %i', async (which) => {
    const controllers = [new AbortController(), new AbortController()];
    const told = withAnySignal(
      controllers.map(({ signal }) => signal),
      untilAborted,
    );
    controllers[which]?.abort('enough');
    expect(await told).toBe('enough');
  });

  it('is told when one has aborted before', async () => {
    expect(await withAnySignal([new AbortController().signal, AbortSignal.abort('before')], untilAborted)).toBe(
      'before',
    );
  });

  it('leaves nothing behind in a signal that lives on, however it ends', async () => {
    const { signal } = new AbortController();
    expect(await withAnySignal([signal, new AbortController().signal], async (either) => either.aborted)).toBe(false);
    await expect(withAnySignal([signal], () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('work with a time limit', () => {
  const late = () => new Error('late');

  it('ends with the limit, also when memory is collected meanwhile', async () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const work = async (signal: AbortSignal) => {
      for (let times = 0; times < 3; times += 1) setTimeout(collect, 20 * times);
      await untilAborted(signal);
      signal.throwIfAborted();
    };
    await expect(withTimeLimit(150, new AbortController().signal, work, late)).rejects.toThrow('late');
  });

  it('ends with the words of the work, and of whoever aborts it', async () => {
    const failing = async () => {
      throw new Error('its own');
    };
    await expect(withTimeLimit(10_000, new AbortController().signal, failing, late)).rejects.toThrow('its own');
    const work = async (signal: AbortSignal) => signal.throwIfAborted();
    await expect(withTimeLimit(10_000, AbortSignal.abort(new Error('left')), work, late)).rejects.toThrow('left');
    expect(await withTimeLimit(10_000, new AbortController().signal, async () => 1, late)).toBe(1);
  });
});

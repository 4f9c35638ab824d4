import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { withAnySignal } from '../../src/core/signals.ts';

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

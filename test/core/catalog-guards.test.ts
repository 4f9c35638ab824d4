import { describe, expect, it } from 'vitest';
import { WritesUnderWay } from '../../src/core/catalog-guards.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('WritesUnderWay', () => {
  it('lets nobody pass while an entity is being written, and everybody afterwards, also when it failed', async () => {
    const underWay = new WritesUnderWay();
    const steps: string[] = [];
    let fail: (error: Error) => void = () => undefined;
    const write = underWay.during(
      'thing',
      ['a', 'b'],
      () =>
        new Promise<void>((_resolve, reject) => {
          fail = reject;
        }),
    );
    const waiting = underWay.settled('thing', ['b']).then(() => steps.push('b may be written'));
    await underWay.settled('thing', ['c']);
    await underWay.settled('other', ['a']);
    await turn();
    expect(steps).toEqual([]);
    fail(new Error('Port is away'));
    await expect(write).rejects.toThrow('Port is away');
    await waiting;
    expect(steps).toEqual(['b may be written']);
    await underWay.settled('thing', ['a', 'b']);
  });

  it('knows of the latest write when an entity is written twice', async () => {
    const underWay = new WritesUnderWay();
    let finish: () => void = () => undefined;
    await underWay.during('thing', ['a'], async () => undefined);
    const second = underWay.during(
      'thing',
      ['a'],
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    let passed = false;
    const waiting = underWay.settled('thing', ['a']).then(() => {
      passed = true;
    });
    await turn();
    expect(passed).toBe(false);
    finish();
    await Promise.all([second, waiting]);
    expect(passed).toBe(true);
  });
});

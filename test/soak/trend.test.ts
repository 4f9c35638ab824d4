import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { complaintsAbout, type Sample, slope, trendOf } from './trend.ts';

const MIB = 1_048_576;
const bounds = { heapPerHour: MIB, handles: 2, redisKeysPerHour: 20 };

function samplesOf(heapAt: (minute: number) => number): readonly Sample[] {
  return Array.from({ length: 60 }, (_, index) => {
    const minute = index * 2;
    return { minute, heap: heapAt(minute), resident: 0, handles: 9, sockets: 3, lagMs: 0, redisKeys: null };
  });
}

const judge = (samples: readonly Sample[]) => complaintsAbout(trendOf(samples), bounds);

describe('the judgement of a soak', () => {
  it('finds the slope of a line through noise that is the same on both sides', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100, max: 100 }), fc.integer({ min: 0, max: 50 }), (rise, noise) => {
        const points = Array.from(
          { length: 40 },
          (_, x) => [x, rise * x + noise * (x % 4 === 0 || x % 4 === 3 ? 1 : -1)] as const,
        );
        expect(slope(points)).toBeCloseTo(rise, 0);
      }),
    );
  });

  it('is content with a memory that fills up in the first half and then stays', () => {
    expect(judge(samplesOf((minute) => 50 * MIB + Math.min(minute, 40) * MIB + (minute % 3) * 20_000))).toEqual([]);
  });

  it('notices what grows by a little more than it may', () => {
    expect(judge(samplesOf((minute) => 50 * MIB + (minute / 60) * 1.1 * MIB))).toEqual([
      'the heap grows by 1.10 MiB an hour; 1.00 MiB an hour are allowed',
    ]);
  });

  it('notices handles that nobody closes, and takes connections that come and go for none', () => {
    const withHandles = (handlesAt: (minute: number) => number) =>
      samplesOf(() => 50 * MIB).map((sample) => ({ ...sample, handles: handlesAt(sample.minute) }));
    expect(judge(withHandles((minute) => 9 + Math.floor(minute / 20)))).toEqual([
      'the number of handles grows by 3.0; 2.0 are allowed',
    ]);
    expect(judge(withHandles((minute) => 9 + (minute % 8)))).toEqual([]);
  });

  it('takes too few samples for no success', () => {
    expect(judge(samplesOf(() => 1).slice(0, 1))).not.toEqual([]);
  });
});

describe('a soak of some seconds', () => {
  const soak = (...args: readonly string[]) =>
    new Promise<{ readonly code: number | null; readonly text: string }>((resolve) => {
      const script = fileURLToPath(new URL('soak.ts', import.meta.url));
      const all = ['--import', import.meta.resolve('tsx'), script, '--hours', '0.2', '--minute-ms', '600', ...args];
      const child = spawn(process.execPath, [...all, '--services', '20'], { env: { PATH: process.env.PATH } });
      let text = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
      }
      child.once('close', (code) => resolve({ code, text }));
    });

  // Twelve minutes are too few for a heap to settle; the bound is far above what settling takes, far below the leak.
  // Connections are still being opened too: two samples of a quarter say how many happened to be open, and no more.
  it('sees a leak, and none where there is none', async () => {
    const loose = ['--bound-mib', '100', '--bound-handles', '60'];
    const [leaking, tight] = await Promise.all([soak(...loose, '--leak-mib', '4'), soak(...loose)]);
    expect(leaking.text).toContain('NOT FLAT: the heap grows');
    expect(leaking.code).toBe(1);
    expect(tight.text).toContain('Flat, and Port is what it should be.');
    expect(tight.code).toBe(0);
  });
});

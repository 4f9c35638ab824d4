import { describe, expect, it } from 'vitest';
import type { Causes } from '../../src/core/deletion.ts';
import type { Absence } from '../../src/core/source.ts';
import { judgeAbsence } from '../../src/core/windows.ts';
import { asStored, blueprintIn, runSmall, type SmallWorld, things } from './small-world.ts';

const DAY = 86_400;
const NOW = 1_788_242_400;
const window = { timePart: 'startTime', fromSeconds: NOW - 7 * DAY, toSeconds: NOW };

describe('what absence means', () => {
  it.each([
    ['in the window', 6, 30, 'gone'],
    ['at its beginning', 7, 30, 'gone'],
    ['at its end', 0, 30, 'gone'],
    ['after it', -1, 30, 'unknown'],
    ['before it, but not yet too old', 8, 30, 'unknown'],
    ['before it, as old as is kept', 30, 30, 'unknown'],
    ['before it, and too old', 31, 30, 'expired'],
    ['before it, where everything is kept', 31, null, 'unknown'],
    ['in the window, though as old as is kept', 3, 2, 'gone'],
  ] as const)('for an entity whose time is %s', (_where, days, keepDays, verdict) => {
    const keepMs = keepDays === null ? null : keepDays * DAY * 1000;
    const absence = { means: 'gone_within', ...window, keepMs } as const;
    expect(judgeAbsence(absence, (NOW - days * DAY) * 1000, NOW * 1000)).toBe(verdict);
  });

  it('is not known for an entity without a time', () =>
    expect(judgeAbsence({ means: 'gone_within', ...window, keepMs: 0 }, undefined, NOW * 1000)).toBe('unknown'));

  it('is gone for kinds that show everything, and nothing for kinds that only add', () => {
    expect(judgeAbsence({ means: 'gone' }, undefined, NOW)).toBe('gone');
    expect(judgeAbsence({ means: 'nothing' }, undefined, NOW)).toBe('unknown');
  });
});

const WITHIN = { means: 'gone_within', timePart: 'time', keepMs: 30 * DAY * 1000 } as const;

describe('a kind that shows only a window of time', () => {
  const at = (days: number) => new Date((NOW - days * DAY) * 1000).toISOString();
  const world = (stored: readonly (readonly [string, string | undefined])[], more: SmallWorld = {}): SmallWorld => ({
    services: { things: things(20) },
    stored: { service: new Map([...asStored(things(20)), ...stored]) },
    absence: { services: { means: 'gone_within', ...window, timePart: 'time', keepMs: 30 * DAY * 1000 } },
    now: new Date(NOW * 1000),
    ...more,
  });
  const gone = async (stored: readonly (readonly [string, string | undefined])[], more?: SmallWorld) => {
    const told = new Map<string, string>();
    const observer = {
      deletionsDecided(_name: string, _stale: unknown, _decision: unknown, why: Causes = new Map()) {
        for (const [identifier, { reason }] of why) told.set(identifier, reason);
      },
    };
    const run = await runSmall(world(stored, more), {}, { observer });
    return { ...run, told: Object.fromEntries(told), blueprint: blueprintIn(run, 'service') };
  };

  it('deletes what is missing inside it, and what is too old, each with its reason', async () => {
    const { told, blueprint, looks } = await gone([
      ['inside', `c1/n1 ${at(3)}`],
      ['older', `c1/n1 ${at(9)}`],
      ['oldest', `c2/n1 ${at(31)}`],
      ['timeless', 'c1/n1'],
    ]);
    expect(told).toEqual({ inside: 'gone', oldest: 'expired' });
    expect(blueprint).toMatchObject({ deleted: 2, stale: 2, deletionBlocked: null });
    // Nobody can be asked about what is older than the window.
    expect(looks).toEqual([{ cluster: 'c1', namespace: 'n1' }]);
  });

  it('keeps the guards for what is too old', async () => {
    const old = Array.from({ length: 20 }, (_, index) => [`old${index}`, `c1/n1 ${at(40)}`] as const);
    const { blueprint } = await gone(old);
    expect(blueprint).toMatchObject({ deleted: 0, stale: 20, deletionBlocked: { reason: 'threshold' } });
  });

  it('deletes nothing after a read that was not complete', async () => {
    const end = { complete: false, reason: 'request_failed', detail: 'x' } as const;
    const { blueprint } = await gone([['oldest', `c1/n1 ${at(31)}`]], { services: { things: things(20), end } });
    expect(blueprint).toMatchObject({ deleted: 0, deletionBlocked: { reason: 'incomplete' } });
  });

  it.each([
    ['back', -40],
    ['forward', 40],
  ])('deletes nothing that was not surely read when the clock is set %s meanwhile', async (_way, days) => {
    const later = new Date((NOW + days * DAY) * 1000);
    const stored = [1, 6, 9, 31].map((age) => [`of-day-${age}`, `c1/n1 ${at(age)}`] as const);
    const services = (now: Date): Absence => {
      const toSeconds = now.getTime() / 1000;
      return { ...WITHIN, fromSeconds: toSeconds - 7 * DAY, toSeconds };
    };
    const { told } = await gone(stored, { later, absence: { services } });
    expect(Object.values(told)).not.toContain('gone');
    expect(Object.keys(told)).toEqual(days > 0 ? ['of-day-31'] : []);
  });

  it('keeps what may have come from it, where another kind writes the blueprint too', async () => {
    const both = { oneBlueprint: true, risks: { things: [] } };
    const { told } = await gone(
      [
        ['older', `c1/n1 ${at(9)}`],
        ['inside', `c1/n1 ${at(3)}`],
      ],
      both,
    );
    expect(told).toEqual({ inside: 'gone' });
  });
});

import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/core/errors.ts';
import { LiveGuard } from '../../src/core/live-guard.ts';
import { createInlineMarks } from '../../src/queue/inline-marks.ts';
import { type LiveWorld, liveWorld, type Workload } from './live-world.ts';

const GONE = 'c/n/gone';
const OTHERS: readonly Workload[] = [{ at: 'c/n/a' }, { at: 'c/m/b' }, { at: 'd/n/c' }];
/** One of four is gone, and everything is as it should be. */
const SOUND: LiveWorld = { shows: OTHERS, owned: [GONE, ...OTHERS.map(({ at }) => at)] };
const ALONE: LiveWorld = { ...SOUND, shows: OTHERS.slice(1), owned: [GONE, 'c/m/b', 'd/n/c'] };

async function outcome(change: Partial<LiveWorld>, sound = SOUND) {
  const world = liveWorld({ ...sound, ...change });
  const told = await world.tell(GONE).catch((error: unknown) => ({
    error: error instanceof AppError ? `${error.code}: ${error.message}` : String(error),
  }));
  return { ...told, left: world.owned.has(GONE), asked: world.asked, world };
}

describe('a live event about a workload that is gone', () => {
  it('deletes its entity after two looks at its namespace', async () => {
    expect(await outcome({})).toMatchObject({ heldBack: 0, deleted: 1, problems: [], left: false });
    const { asked } = await outcome({});
    const place = { cluster: 'c', namespace: 'n' };
    expect(asked).toEqual([place, place]);
  });

  it('looks around where the namespace is empty, in its own cluster', async () => {
    const { asked, left, world } = await outcome({}, ALONE);
    expect(world.ended.around).toBe(true);
    expect(left).toBe(false);
    expect(asked.at(-1)).toEqual({ clusters: ['c'] });
    expect(await outcome({ showsAround: [{ at: 'd/n/c' }] }, ALONE)).toMatchObject({
      left: true,
      error: expect.stringContaining('Nothing was deleted: Komodor shows nothing at all around it'),
    });
    expect((await outcome({ showsAround: [{ at: 'c/x/y', gives: 'nothing' }] }, ALONE)).left).toBe(false);
  });

  it.each<[string, Partial<LiveWorld>, string]>([
    ['is there again', { shows: [...OTHERS, { at: GONE }] }, `Komodor shows ${GONE} again`],
    ['is there for the second look', { showsAgain: [...OTHERS, { at: GONE }] }, `Komodor shows ${GONE} again`],
    [
      'is hidden by a page that is cut',
      { shows: [], showsAround: OTHERS },
      'Komodor also misses 1 other entities of c/n',
    ],
    [
      'lies where the look is cut off',
      { end: { complete: false, reason: 'request_failed', detail: 'HTTP 502' } },
      'not complete: HTTP 502',
    ],
    ['lies among what is no item', { malformed: 1 }, 'things that are no items'],
    [
      'may be the one without identifier',
      { shows: [...OTHERS, { at: 'c/n/x', gives: 'rejected' }] },
      'without identifier: c/n/x',
    ],
    [
      'may be one that only Port can find',
      { shows: [...OTHERS, { at: 'c/n/x', gives: 'searched' }] },
      'only Port can tell',
    ],
  ])('fails, to be tried again, where it %s', async (_, change, why) => {
    const { error, left } = { error: '', ...(await outcome(change)) };
    expect(left).toBe(true);
    expect(error).toContain('read_incomplete: Nothing was deleted: ');
    expect(error).toContain(why);
    expect(error).toContain('. The next resync decides');
  });

  it.each<[string, Partial<LiveWorld>, string]>([
    ['nothing may ever go', { threshold: null }, '(threshold): entityDeletionThreshold is null'],
    ['nothing may go by itself', { threshold: 0 }, '(threshold): entityDeletionThreshold is 0'],
    [
      'the share is too large',
      { threshold: 0.2 },
      '(threshold): with what live events have deleted within 1440 minutes, 25 % would go',
    ],
    [
      'it is all there is',
      { owned: [GONE], threshold: 1 },
      '(emptied): with what live events have deleted within 1440 minutes, all 1',
    ],
    [
      'the mapping leaves it out',
      { shows: [...OTHERS, { at: GONE, gives: 'nothing' }] },
      '(filtered): Komodor still shows the workload',
    ],
    [
      'it is called otherwise now',
      { shows: [...OTHERS, { at: GONE, gives: 'another' }] },
      '(filtered): Komodor still shows the workload',
    ],
    [
      'it belongs elsewhere now',
      { shows: [...OTHERS, { at: GONE, gives: 'elsewhere' }] },
      '(filtered): Komodor still shows the workload',
    ],
    [
      'no entry selects its place',
      { selected: [['d'], ['e']] },
      '(filtered): the selectors of the mapping leave its place out',
    ],
  ])('leaves it to the resync where %s', async (_, change, why) => {
    const { heldBack, deleted, problems, left } = {
      heldBack: -1,
      deleted: -1,
      problems: [],
      ...(await outcome(change)),
    };
    expect({ heldBack, deleted, left }).toEqual({ heldBack: 1, deleted: 0, left: true });
    expect(problems).toEqual([
      {
        code: 'deletion_blocked',
        severity: 'warning',
        count: 1,
        samples: [GONE],
        message: expect.stringMatching(
          /^1 entities of thing were not deleted by a live event .*\. The next resync decides$/,
        ),
      },
    ]);
    expect(problems[0]?.message).toContain(why);
  });

  it('asks Komodor nothing where nothing may go anyway', async () => {
    expect((await outcome({ threshold: 0 })).asked).toEqual([]);
    expect((await outcome({ threshold: null })).asked).toEqual([]);
  });

  it.each<[string, Partial<LiveWorld>]>([
    ['Port does not have it', { owned: ['c/n/a', 'c/m/b', 'd/n/c'] }],
    ['something else gives the blueprint entities as well', { outlives: true }],
    ['the first read was not complete', { taint: true }],
    ['the source has no such things', { noPlace: true }],
  ])('does nothing at all where %s', async (_, change) => {
    expect(await outcome(change)).toMatchObject({ heldBack: 0, deleted: 0, problems: [], asked: [] });
  });

  it('is believed by an entry that sees the place, whatever the others see', async () => {
    for (const selected of [
      [['d'], ['c']],
      [['c'], ['d']],
      [['c'], []],
    ]) {
      expect(await outcome({ selected })).toMatchObject({ deleted: 1, left: false });
      expect((await outcome({ selected, showsAgain: [...OTHERS, { at: GONE }] })).left).toBe(true);
    }
  });

  it('cannot miss others where the mapping does not keep the place', async () => {
    expect((await outcome({ keepsPlace: false, shows: [], showsAround: OTHERS })).left).toBe(false);
  });

  it('may take several entities of one workload, which then are not missed', async () => {
    const world = liveWorld({ ...SOUND, owned: [...SOUND.owned, `${GONE}-too`], threshold: 0.4 });
    expect(await world.tell(GONE, [`${GONE}-too`])).toMatchObject({ deleted: 2, heldBack: 0 });
    const cautious = liveWorld({ ...SOUND, owned: [...SOUND.owned, `${GONE}-too`], threshold: 0.3 });
    const { heldBack, deleted, problems } = await cautious.tell(GONE, [`${GONE}-too`]);
    expect({ heldBack, deleted }).toEqual({ heldBack: 2, deleted: 0 });
    expect(problems).toMatchObject([{ count: 2, samples: [GONE, `${GONE}-too`] }]);
    expect(await cautious.memory.countedDeletions('thing', 3_600_000)).toMatchObject({ identifiers: [] });
  });
});

describe('what live events delete', () => {
  const names = Array.from({ length: 10 }, (_, at) => `c/n${at}/w`);
  const ten: LiveWorld = { shows: [{ at: 'c/x/y' }], owned: names, threshold: 0.3 };

  it('counts together, up to the share, and lists what is ours once', async () => {
    const world = liveWorld(ten);
    for (const name of names) await world.tell(name);
    expect(world.owned.size).toBe(7);
    expect(world.lists).toEqual([{ title: false, icon: false, team: false, properties: [], relations: [] }]);
    expect(world.givenBack).toHaveLength(7);
  });

  it('lists what is ours anew after a minute, and after a failure', async () => {
    const world = liveWorld(ten);
    await world.tell(names[0] ?? '');
    world.clock.ms += 59_999;
    await world.tell(names[1] ?? '');
    expect(world.lists).toHaveLength(1);
    world.clock.ms += 1;
    world.change({ listFails: true });
    await expect(world.tell(names[2] ?? '')).rejects.toThrow('Port is away');
    world.change({ listFails: false });
    expect(await world.tell(names[2] ?? '')).toMatchObject({ deleted: 1, heldBack: 0 });
    expect(world.lists).toHaveLength(2);
  });

  it('counts no longer than the window, but never goes on to the last', async () => {
    const world = liveWorld({ ...ten, owned: names.slice(0, 3), threshold: 0.4, resyncIntervalMs: 3_600_000 });
    const deletedOf = async (at: number) => (await world.tell(names[at] ?? '')).deleted;
    expect([await deletedOf(0), await deletedOf(1)]).toEqual([1, 0]);
    world.clock.ms += 3_599_999;
    expect(await deletedOf(1)).toBe(0);
    world.clock.ms += 1;
    world.change({ threshold: 1 });
    expect([await deletedOf(1), await deletedOf(2)]).toEqual([1, 0]);
    world.clock.ms += 7_200_000;
    expect(await deletedOf(2)).toBe(0);
    expect([...world.owned]).toEqual([names[2]]);
  });

  it('does not take what is counted but not gone yet for one more', async () => {
    const world = liveWorld({ ...ten, threshold: 0.25 });
    await world.memory.countDeletions('somebody else', 'thing', names.slice(0, 2), 86_400_000);
    expect((await world.tell(names[5] ?? '')).deleted).toBe(0);
  });

  it('counts again what came back, once', async () => {
    const world = liveWorld({ ...ten, threshold: 0.2 });
    for (let times = 0; times < 4; times += 1) {
      expect((await world.tell(names[0] ?? '')).deleted).toBe(1);
      world.owned.add(names[0] ?? '');
    }
    expect((await world.tell(names[1] ?? '')).deleted).toBe(1);
    expect((await world.tell(names[2] ?? '')).deleted).toBe(0);
  });

  it('is counted before another process begins to look', async () => {
    const world = liveWorld(ten);
    await world.memory.countDeletions('somebody else', 'thing', names.slice(0, 2), 86_400_000);
    expect((await world.tell(names[5] ?? '')).deleted).toBe(1);
    expect((await world.tell(names[6] ?? '')).deleted).toBe(0);
    await world.memory.uncountDeletions('somebody else', 'thing', names.slice(0, 1));
    expect((await world.tell(names[6] ?? '')).deleted).toBe(1);
  });

  it('never is everything, not even by two at once', async () => {
    const world = liveWorld({ ...ten, owned: names.slice(0, 2), threshold: 1 });
    const both = await Promise.all(names.slice(0, 2).map((name) => world.tell(name)));
    expect(both.map(({ deleted }) => deleted).sort()).toEqual([0, 1]);
    expect(world.owned.size).toBe(1);
  });

  it('does not count what Port refused, and reports it', async () => {
    const world = liveWorld({ ...ten, threshold: 0.1, refuses: names.slice(0, 1) });
    expect(await world.tell(names[0] ?? '')).toMatchObject({
      deleted: 0,
      heldBack: 0,
      problems: [{ code: 'delete_failed', severity: 'error', message: 'needed', samples: [names[0]] }],
    });
    expect((await world.tell(names[1] ?? '')).deleted).toBe(1);
    expect((await world.tell(names[2] ?? '')).deleted).toBe(0);
  });

  it('goes on counting where nobody knows what Port did', async () => {
    const world = liveWorld({ ...ten, threshold: 0.1, refuses: 'all' });
    await expect(world.tell(names[0] ?? '')).rejects.toThrow('Port is away');
    world.change({ refuses: [] });
    expect((await world.tell(names[1] ?? '')).deleted).toBe(0);
    // Tried again it counts once.
    expect((await world.tell(names[0] ?? '')).deleted).toBe(1);
  });

  it.each([
    [null, 24],
    [60_000, 1],
    [3_600_000, 1],
    [7_200_000, 2],
  ])('counts for one interval of resyncs, at least an hour: %s ms', (interval, hours) => {
    expect(new LiveGuard(createInlineMarks(), interval).windowMs).toBe(hours * 3_600_000);
  });
});

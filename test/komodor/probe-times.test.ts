import { expect, it } from 'vitest';
import { offlineKomodorKinds } from '../../src/komodor/kinds.ts';

const IN_TIME = offlineKomodorKinds().all.filter(({ probe }) => 'startTime' in probe.place);

it('there are kinds with a time of their own', () => expect(IN_TIME.length).toBeGreaterThan(1));

it.each(IN_TIME)('the probe of $name is taken for the time of nothing that keeps only a part of it', ({ probe }) => {
  const time = new Date(Number(probe.place.startTime) * 1000);
  // A day or a minute would be asked about as if the thing had begun with it, and nobody would be found there.
  expect([time.getUTCSeconds(), time.getUTCMinutes(), time.getUTCHours()]).not.toContain(0);
  // Where local time is that of UTC in winter, it is not in summer.
  expect(time.getUTCMonth()).toBe(6);
});

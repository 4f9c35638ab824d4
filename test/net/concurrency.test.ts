import { describe, expect, it } from 'vitest';
import { Concurrency } from '../../src/net/concurrency.ts';
import { allowedAt, type HostModel, meanAllowed, queueing, simulate } from './simulated-host.ts';

const CEILING = 40;

/** The same numbers in every run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

describe('concurrency', () => {
  it.each([20, 100, 300, 3000])('begins with a few, and doubles each round at a host that takes %i ms', (latency) => {
    const samples = simulate(() => ({ tookMs: latency }), 20 * latency);
    const rounds = [1, 2, 3].map((round) => allowedAt(samples, round * latency));
    expect(rounds).toEqual([32, 40, 40]);
    expect(Math.min(...samples.slice(60).map(({ allowed }) => allowed))).toBe(CEILING);
  });

  it.each([2, 5, 8, 16, 30])('keeps a host busy that works on %i at once, and does not flood it', (capacity) => {
    const samples = simulate(
      queueing(100, () => capacity),
      60_000,
    );
    const mean = meanAllowed(samples, 5000, 60_000);
    expect(mean).toBeGreaterThanOrEqual(Math.min(capacity, CEILING));
    expect(mean).toBeLessThanOrEqual(Math.max(8, capacity * 2));
    // All that it can do is asked of it.
    expect(samples.length).toBeGreaterThanOrEqual((60_000 / 100) * capacity * 0.9);
  });

  it('goes down at once when the host halves what it takes, and up again carefully when it recovers', () => {
    const samples = simulate(
      queueing(100, (at) => (at > 10_000 && at < 30_000 ? 15 : 40)),
      70_000,
    );
    expect(allowedAt(samples, 9_999)).toBe(CEILING);
    expect(allowedAt(samples, 10_700)).toBeLessThanOrEqual(24);
    expect(meanAllowed(samples, 11_000, 30_000)).toBeLessThan(27);
    expect(meanAllowed(samples, 11_000, 30_000)).toBeGreaterThan(12);
    expect(allowedAt(samples, 31_000)).toBeLessThan(CEILING);
    expect(allowedAt(samples, 69_000)).toBe(CEILING);
    const steps = samples.map(({ allowed }, index) => allowed - (samples[index - 1]?.allowed ?? allowed));
    expect(Math.max(...steps.slice(200))).toBeLessThanOrEqual(14);
  });

  it.each<[string, (seed: number) => HostModel]>([
    ['by a half more or less', (seed) => withRandom(seed, (random) => 100 * (0.5 + random()))],
    ['with a long tail', (seed) => withRandom(seed, (random) => 100 - 50 * Math.log(random()))],
    ['with one in ten ten times as long', (seed) => withRandom(seed, (random) => (random() < 0.1 ? 1000 : 100))],
  ])('does not take jitter for slowness: %s', (_name, host) => {
    const means = [1, 2, 3, 4, 5, 6, 7].map((seed) => meanAllowed(simulate(host(seed), 60_000), 5000, 60_000));
    expect(Math.min(...means)).toBeGreaterThan(30);
  });

  it('halves once for one 429 and comes back', () => {
    let sent = 0;
    const samples = simulate(() => ({ tookMs: 100, verdict: ++sent === 500 ? 'overload' : 'good' }), 20_000);
    expect(Math.min(...samples.slice(300).map(({ allowed }) => allowed))).toBe(20);
    expect(allowedAt(samples, 19_000)).toBe(CEILING);
  });

  it('is down to one in a storm of refusals, and back within seconds after it', () => {
    const samples = simulate((at) => ({ tookMs: 100, verdict: at > 5000 && at < 8000 ? 'overload' : 'good' }), 30_000);
    expect(allowedAt(samples, 7900)).toBe(1);
    expect(allowedAt(samples, 9000)).toBeLessThan(10);
    expect(allowedAt(samples, 15_000)).toBe(CEILING);
  });

  it('remembers where a host began to refuse, and rarely goes there', () => {
    const samples = simulate(
      (_at, inFlight) => ({ tookMs: 100, verdict: inFlight > 25 ? 'overload' : 'good' }),
      60_000,
    );
    expect(meanAllowed(samples, 5000, 60_000)).toBeGreaterThan(20);
    expect(Math.max(...samples.filter(({ at }) => at > 5000).map(({ allowed }) => allowed))).toBe(26);
    const times = samples.filter(
      ({ allowed, at }, index) => at > 5000 && allowed === 26 && samples[index - 1]?.allowed === 25,
    );
    expect(times.length).toBeLessThan(15);
  });

  it.each([
    ['the way to the host is longer from now on', 20, 300],
    ['answers are somewhat slower from now on', 100, 150],
    ['this process is too busy to read answers in time', 5, 60],
  ])('does not stay slow for ever: %s', (_name, before, after) => {
    const samples = simulate((at) => ({ tookMs: at < 5000 ? before : after }), 60_000);
    expect(Math.min(...samples.map(({ allowed }) => allowed))).toBeGreaterThanOrEqual(4);
    expect(allowedAt(samples, 59_000)).toBe(CEILING);
  });

  it('compares like with like: writes may take longer than reads', () => {
    const concurrency = new Concurrency({ ceiling: CEILING });
    for (let round = 0; round < 60; round += 1) {
      const numbers = Array.from({ length: concurrency.allowed }, (_, index) => concurrency.begin(index + 1));
      for (const number of numbers) {
        const isWrite = round > 20 && number % 3 > 0;
        const work = isWrite ? 'POST /bulk' : 'GET /blueprints';
        concurrency.end({ number, verdict: 'good', work, tookMs: isWrite ? 900 : 30 });
      }
    }
    expect(concurrency.allowed).toBe(CEILING);
  });

  it('does not go up while fewer are sent than may be, nor after failures', () => {
    for (const verdict of ['good', 'failed'] as const) {
      const concurrency = new Concurrency({ ceiling: CEILING });
      for (let each = 0; each < 100; each += 1) {
        const number = concurrency.begin(verdict === 'good' ? 2 : 8);
        concurrency.end({ number, verdict, work: '', tookMs: 10 });
      }
      // Before the host has answered, fewer.
      expect(concurrency.allowed).toBe(verdict === 'good' ? 16 : 8);
    }
  });

  it.each([1, 2, 4, 8])('never allows more than a ceiling of %i, and begins there', (ceiling) => {
    const samples = simulate(() => ({ tookMs: 50 }), 2000, ceiling);
    expect(new Set(samples.map(({ allowed }) => allowed))).toEqual(new Set([ceiling]));
  });
});

function withRandom(seed: number, latency: (random: () => number) => number): HostModel {
  const random = randomFrom(seed * 7919);
  return () => ({ tookMs: latency(random) });
}

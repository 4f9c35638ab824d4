import { carryOut, digestsOf } from './carry-out.ts';
import { expectedWorld } from './expected.ts';
import { checkEqual, type Violation } from './oracle.ts';
import { actionsOf } from './plan-of-seed.ts';
import { Simulation } from './simulation.ts';
import { variantOf } from './variant.ts';

export interface SeedResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly journal: readonly string[];
}

/** Runs one seed from the beginning of its world to its end. */
export async function runSeed(seed: number): Promise<SeedResult> {
  const simulation = new Simulation(seed);
  try {
    await simulation.start();
    for (const [at, action] of actionsOf(seed).entries()) await carryOut(simulation, action, at + 1);
    await checkEnd(simulation);
  } catch (error) {
    if (simulation.violations.length === 0) {
      const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
      simulation.accuse([{ rule: 5, what }], 'the simulation broke off');
    }
  } finally {
    await simulation.close();
  }
  return { seed, violations: simulation.violations, journal: simulation.journal };
}

/** Rule 3: the faults are over; one clean run, with one approval where a guard asks for it, and Port is as it must be. */
async function checkEnd(simulation: Simulation): Promise<void> {
  const { seed, world, drift, store } = simulation;
  drift.undo();
  const isFlawed = Object.values(simulation.variant.entries).some(
    (entry) => entry !== null && entry.flaw.type !== 'none',
  );
  if (isFlawed || simulation.random('end').chance(0.3)) {
    simulation.variant = variantOf(seed, 0, world, true);
    await simulation.restart();
  }
  const calm = { kinds: [], live: 0, weather: { type: 'calm' }, liar: 'first', changesAt: [] } as const;
  const none = { jump: undefined, abortAt: undefined, killAfter: undefined };
  await carryOut(simulation, { type: 'resync', approve: false, ...calm, ...none }, 100);
  if (digestsOf(simulation.lastReport).length > 0) {
    await carryOut(simulation, { type: 'resync', approve: true, ...calm, ...none }, 101);
  }
  simulation.accuse(checkEqual(store, expectedWorld(world, simulation.variant), simulation.variant), 'at the end');
}

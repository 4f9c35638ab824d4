import { carryOut, digestsOf } from './carry-out.ts';
import { expectedWorld } from './expected.ts';
import type { Sabotage } from './incarnation.ts';
import { checkEqual, type Violation } from './oracle.ts';
import { type Action, actionsOf, CALMLY } from './plan-of-seed.ts';
import { Simulation } from './simulation.ts';
import { variantOf } from './variant.ts';

export interface SeedResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly journal: readonly string[];
}

/** Runs one seed from the beginning of its world to its end. @param changes for the tests of the oracle */
export async function runSeed(
  seed: number,
  changes: { readonly actions?: readonly Action[]; readonly sabotage?: Sabotage } = {},
): Promise<SeedResult> {
  const simulation = new Simulation(seed, changes.sabotage);
  try {
    await simulation.start();
    for (const [at, action] of (changes.actions ?? actionsOf(seed)).entries())
      await carryOut(simulation, action, at + 1);
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
  const resync = { type: 'resync', kinds: [], live: 0, ...CALMLY } as const;
  await carryOut(simulation, { ...resync, approve: false }, 100);
  if (digestsOf(simulation.lastReport).length > 0) await carryOut(simulation, { ...resync, approve: true }, 101);
  simulation.accuse(checkEqual(store, expectedWorld(world, simulation.variant), simulation.variant), 'at the end');
}

import { expect } from 'vitest';
import type { Kind } from '../../src/core/model.ts';
import type { RunReport } from '../../src/core/report.ts';
import type { RequestRecord, SandboxServer } from '../../src/sandbox/http.ts';
import { explain, type Harness, type HarnessOptions } from '../resync/harness.ts';
import { expectedCatalog } from '../resync/oracle.ts';

type Start = (options?: HarnessOptions) => Promise<Harness>;

/** Several pages even of a small world. */
export const SMALL_PAGES = { KOMODOR_SERVICES_PAGE_SIZE: '10', KOMODOR_RISKS_PAGE_SIZE: '10' };

/** A Port that holds all that the world has already. */
export async function filled(start: Start, options: HarnessOptions = {}): Promise<Harness> {
  const harness = await start(options);
  const report = await harness.run();
  expect(report.status, explain(report)).toBe('completed');
  harness.cutLogs();
  return harness;
}

/** Fails when something was deleted that the world has now. */
export function expectNothingLost({ store, world }: Pick<Harness, 'store' | 'world'>): void {
  const alive = new Set(Object.values(expectedCatalog(world)).flatMap((all) => all.map(nameOf)));
  expect(store.deletions.map(({ identifier }) => identifier).filter((name) => alive.has(name))).toEqual([]);
}

/** A run without faults that must bring Port to the truth, whatever was before. */
export async function expectRecovery(harness: Harness): Promise<void> {
  harness.komodor.faults.clear();
  harness.port.faults.clear();
  const report = await harness.run();
  expect(report.status, explain(report)).toBe('completed');
  harness.expectTruth();
}

/** Names of the entities of a blueprint in Port, sorted. */
export function namesOf({ store }: Pick<Harness, 'store'>, blueprint: string): readonly string[] {
  return store.entitiesOf(blueprint).map(nameOf).sort();
}

function nameOf({ identifier }: { readonly identifier: string }): string {
  return identifier;
}

/** The digests of the deletions that a run held back. */
export function digestsOf({ blueprints }: RunReport): readonly string[] {
  return blueprints.flatMap(({ deletionBlocked }) => (deletionBlocked ? [deletionBlocked.digest] : []));
}

/** Whether a kind was read to its end. */
export function isComplete({ kinds }: RunReport, kind: Kind): boolean {
  return kinds.some((one) => one.kind === kind && one.complete);
}

/** Does something at each request that a stand-in has worked off, just before the answer leaves. @returns how to stop */
export function atEachRequest({ log }: SandboxServer, act: (record: RequestRecord) => void): () => void {
  log.push = (...records) => {
    const length = Array.prototype.push.apply(log, records);
    for (const record of records) act(record);
    return length;
  };
  return () => {
    log.push = Array.prototype.push;
  };
}

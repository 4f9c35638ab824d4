import { randomUUID } from 'node:crypto';
import type { LiveMarks } from './catalog-guards.ts';
import { AppError, isAbort, messageOf } from './errors.ts';
import { type CompiledMapping, compileMapping } from './extractions.ts';
import { Intake } from './intake.ts';
import { KindReader } from './kind-reader.ts';
import { removeGoneWorkload } from './live-deletion.ts';
import type { LiveGuard } from './live-guard.ts';
import { openRun } from './open-run.ts';
import type { Ports, PropertyValues, Source, WorkloadAddress } from './ports.ts';
import { ProblemBook } from './problem-book.ts';
import type { Problem } from './report.ts';
import { applyTaints, kindsInOrder } from './resync.ts';
import { type Extraction, feeding, type Run } from './run.ts';
import { finishRelations } from './second-pass.ts';
import { RelationTargets } from './targets.ts';
import { Writer } from './writer.ts';

/** The mapping that live events follow, compiled once for many of them. */
export type LiveMapping = Pick<Run, 'mapping' | 'extractions'> & Pick<CompiledMapping, 'disabled'>;

/** Settles and compiles the mapping for live events. @throws AppError */
export async function prepareLive(ports: Ports, signal: AbortSignal): Promise<LiveMapping> {
  const { mapping, mappingOrigin } = await ports.catalog.prepare(signal);
  const compiled = await compileMapping(ports, mapping, mappingOrigin, new ProblemBook(), signal);
  return { mapping, ...compiled };
}

/** What keeps live events and resyncs from undoing each other, and live events from deleting too much. */
export interface LiveRules {
  readonly marks: LiveMarks;
  readonly guard: LiveGuard;
}

export interface RefreshReport {
  readonly written: number;
  readonly unchanged: number;
  readonly deleted: number;
  /** Entities that seem to be gone and are left to the next resync; `deletion_blocked` among the problems says why. */
  readonly heldBack: number;
  readonly problems: readonly Problem[];
}

/**
 * Brings one workload up to date: reads it and its risks from the source again and sends them through the same mapping,
 * comparison and writing as a resync. What a complete read no longer gives is deleted, if it is ours.
 * @throws AppError when the source or the catalog cannot be used; the caller decides whether to try again
 */
export async function refreshWorkload(
  ports: Ports,
  { mapping, extractions, disabled }: LiveMapping,
  address: WorkloadAddress,
  { marks, guard }: LiveRules,
  signal: AbortSignal,
): Promise<RefreshReport> {
  const problems = new ProblemBook();
  const source = narrowed(ports.source, address);
  const run = openRun(
    { ports: { ...ports, source }, mapping, extractions, observer: {}, problems, signal },
    (blueprint) => whereOf(ports.source, extractions, blueprint, address),
  );
  const blueprints = extractions.flatMap(({ program }) => program.blueprints.filter((name) => name !== null));
  await Promise.all(blueprints.map((blueprint) => run.state(blueprint)));
  applyTaints(run, { disabled }, {});

  const targets = new RelationTargets(run);
  const writer = new Writer(ports.catalog, run.mapping.flags, signal);
  const intake = new Intake(run, writer, targets);
  const readers: KindReader[] = [];
  for (const kind of kindsInOrder(run, extractions)) {
    const reader = new KindReader(run, intake, kind);
    readers.push(reader);
    await reader.read(
      extractions.filter(({ query }) => query.kind === kind),
      () => writer.flush(),
    );
  }
  await finishRelations(run, intake, targets, writer);
  const unread = readers.find((reader) => !reader.report().complete);
  const heldBack = await removeGoneWorkload(run, ports.source, address, guard);
  // What is as it should be counts too: a resync may still carry an older state of it.
  // What was not seen is left to the resync, which may delete it; so is what Port refused.
  const owner = randomUUID();
  for (const state of run.states()) {
    const unseen = new Set(state.stale());
    const isDone = (identifier: string) =>
      !unseen.has(identifier) && state.entities.get(identifier)?.outcome !== 'failed';
    await marks.markLive(owner, state.shape.identifier, [...state.entities.identifiers()].filter(isDone));
  }
  if (unread)
    throw new AppError('read_incomplete', problems.list()[0]?.message ?? `${unread.kind} could not be read again`);
  return summary(run, problems, heldBack);
}

/** The source as if it held nothing but one workload. */
function narrowed(source: Source, address: WorkloadAddress): Source {
  return {
    ...source,
    async *read(query, signal) {
      const narrow = source.addressing(query.kind).narrow(address);
      const pages = narrow && source.readScope(query, narrow.scope, signal);
      if (!pages) return { complete: true };
      for (;;) {
        const next = await pages.next();
        if (next.done) return next.value;
        yield { ...next.value, items: next.value.items.filter(narrow.holds) };
      }
    },
  };
}

/** Property values that tell the workload's entities of a blueprint from all others; undefined when the mapping keeps too little. */
function whereOf(
  source: Source,
  extractions: readonly Extraction[],
  blueprint: string,
  address: WorkloadAddress,
): PropertyValues | undefined {
  for (const { query, locators } of feeding(extractions, blueprint)) {
    const locator = locators.get(blueprint) ?? {};
    for (const parts of source.addressing(query.kind).narrow(address)?.parts ?? []) {
      const values = Object.entries(parts).map(([part, value]) => ({ property: locator[part], value }));
      if (values.every(({ property }) => property !== undefined)) {
        return Object.fromEntries(values.map(({ property, value }) => [property ?? '', value]));
      }
    }
  }
  return undefined;
}

function summary(run: Run, problems: ProblemBook, heldBack: number): RefreshReport {
  const total = (count: (state: ReturnType<Run['states']>[number]) => number) =>
    run.states().reduce((sum, state) => sum + count(state), 0);
  return {
    written: total(({ outcomes }) => outcomes.created + outcomes.updated),
    unchanged: total(({ outcomes }) => outcomes.unchanged),
    deleted: total(({ deleted }) => deleted),
    heldBack,
    problems: problems.list(),
  };
}

/** Whether trying a failed refresh again makes sense. */
export function isWorthRetrying(error: unknown, signal: AbortSignal): boolean {
  if (isAbort(error, signal)) return false;
  return !(error instanceof AppError) || !['komodor_auth', 'port_auth', 'settings_invalid'].includes(error.code);
}

/** For logs. */
export function describeFailure(error: unknown): string {
  return error instanceof AppError ? `${error.code}: ${error.message}` : messageOf(error);
}

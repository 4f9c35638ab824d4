import type { BlueprintState } from './blueprint-state.ts';
import type { Taint } from './deletion.ts';
import { Deletions } from './deletions.ts';
import { AppError, isAbort, messageOf } from './errors.ts';
import { type CompiledMapping, compileMapping } from './extractions.ts';
import { FieldCounts } from './field-counts.ts';
import type { Kind, Mapping } from './model.ts';
import { openRun } from './open-run.ts';
import { locatorIn } from './places.ts';
import type { Ports, RunObserver } from './ports.ts';
import type { PreparedCatalog } from './prepared-catalog.ts';
import { type ProblemBook, problemBookFor } from './problem-book.ts';
import { type ReadState, readKinds } from './read-kinds.ts';
import type { Recording } from './recorder.ts';
import type { RunCause, RunMode, RunReport, RunTrigger } from './report.ts';
import { type Extraction, extractionsCreating, extractionsWriting, type Run } from './run.ts';
import { RunTiming } from './run-timing.ts';
import { targetsFirst } from './targets-first.ts';
import { underWay } from './under-way.ts';
import { askElsewhere, findUnmapped } from './unmapped.ts';
import { type RunEnd, reportBlueprint, reportWithoutBlueprint, undecided, verdict } from './verdict.ts';

export interface ResyncRequest {
  readonly runId: string;
  readonly mode: RunMode;
  readonly trigger: RunTrigger;
  /** Only these kinds; missing or empty: all kinds of the mapping. */
  readonly kinds?: readonly Kind[];
  /** Digests of deletions that a person approved. */
  readonly approvedDeletions?: readonly string[];
  /** For the report. */
  readonly causes?: readonly RunCause[] | undefined;
}

/** Those who are told of what a run does. */
export interface RunWatchers {
  readonly observer?: RunObserver;
  readonly recording?: Recording | undefined;
}

/** What a run has found out so far. It is filled step by step, so that it is known even if a step throws. */
interface RunState extends ReadState {
  /** The extractions to read. Blueprints that they do not write have a state only because a relation leads to them. */
  wanted: readonly Extraction[];
  /** Blueprints with entities of ours that no entry of the mapping writes. */
  unmapped: readonly BlueprintState[];
  run: Run | undefined;
  fields: FieldCounts | undefined;
  /** For the places of problems. */
  mapping: Mapping | undefined;
  deletions: Deletions | undefined;
  /** Resolves when nothing of the catalog's set-up is under way any more. */
  settingUp: Promise<void> | undefined;
  readonly timing: RunTiming;
}

/**
 * One resync: reads the source, maps the items, reads Port, writes the difference, deletes what is proved gone, and reports
 * what it did. A plan is the same function with a catalog that records instead of writing.
 * @returns the report. It never throws; every failure is in the report.
 */
export async function resync(
  ports: Ports,
  request: ResyncRequest,
  signal: AbortSignal,
  { observer = {}, recording }: RunWatchers = {},
): Promise<RunReport> {
  const startedAt = ports.now();
  const trafficBefore = ports.traffic.snapshot();
  const problems = problemBookFor(observer);
  const progress: RunState = {
    wanted: [],
    readers: [],
    unmapped: [],
    run: undefined,
    fields: undefined,
    mapping: undefined,
    intake: undefined,
    writer: undefined,
    deletions: undefined,
    settingUp: undefined,
    timing: new RunTiming(ports.now, (times) => observer.timed?.(times), ports.traffic),
  };
  const ending = new AbortController();
  let end: RunEnd = 'whole';
  try {
    const watchers = { observer, recording };
    await runSteps(ports, request, AbortSignal.any([signal, ending.signal]), watchers, problems, progress);
  } catch (error) {
    const aborted = isAbort(error, signal);
    end = aborted ? 'aborted' : 'broken';
    const code = aborted ? 'aborted' : error instanceof AppError ? error.code : 'unexpected';
    const message = aborted ? 'The run was stopped; nothing was deleted after that' : messageOf(error);
    problems.add({ code, severity: 'error', group: '', message });
  } finally {
    ending.abort();
    await progress.settingUp;
    await progress.writer?.settled();
  }
  if (progress.fields) observer.fieldsCounted?.(progress.fields.list());
  const requests = trafficSince(ports, trafficBefore);
  return report(request, { startedAt, finishedAt: ports.now(), requests, end }, problems, progress);
}

async function runSteps(
  ports: Ports,
  request: ResyncRequest,
  signal: AbortSignal,
  { observer, recording }: Required<RunWatchers>,
  problems: ProblemBook,
  progress: RunState,
): Promise<void> {
  const startedAt = ports.now();
  const prepared = await ports.catalog.prepare(signal);
  const settingUp = prepared.ready.then((setUp) => problems.include(setUp.problems));
  progress.settingUp = settingUp.catch(() => undefined);
  problems.include(prepared.problems);
  const { mappingOrigin, mappingDocument = null } = prepared;
  observer.mappingRead?.(prepared.mapping, { origin: mappingOrigin, document: mappingDocument });
  const compiled = await compileMapping(ports, prepared.mapping, prepared.mappingOrigin, problems, signal);
  const wanted = compiled.extractions.filter(({ kind }) => isWanted(request, kind.name));
  progress.wanted = wanted;
  progress.mapping = prepared.mapping;
  if (wanted.length === 0) {
    await settingUp;
    throw new AppError('mapping_empty', nothingToDo(request, prepared));
  }

  const { mapping } = prepared;
  const { lanes } = progress.timing;
  const { extractions } = compiled;
  const fields = new FieldCounts(wanted.flatMap(({ program }) => program.entries));
  progress.fields = fields;
  const standingTaints = (blueprint: string) => taintsFromTheBeginning(blueprint, compiled, request);
  const inputs = { ports, mapping, extractions, observer, problems, signal, recording, lanes, fields, standingTaints };
  const run = openRun(inputs);
  progress.run = run;
  const opening = open(run, wanted, settingUp);
  // An expression may compute any blueprint, also one that no item of this run names any more.
  const mayWriteAny = wanted.some(({ program }) => program.blueprints.includes(null));
  const elsewhere = readsAllKinds(request) || mayWriteAny ? askElsewhere(run, compiled) : undefined;
  const before = problems.size;
  await readKinds(run, wanted, progress, {
    shapes: opening.shapes,
    opening: opening.statesOf,
    finished: (reader) => reader.reportEmptyFields(),
  }).finally(() =>
    problems.arrange(
      before,
      progress.readers.map(({ kind }) => kind),
    ),
  );
  if (elsewhere) progress.unmapped = await findUnmapped(run, elsewhere);
  const approved = new Set(request.approvedDeletions ?? []);
  progress.deletions = new Deletions(run, progress.readers, approved, startedAt);
  await progress.deletions.decideAndDelete([...blueprintsOf(progress)].reverse());
}

/** The blueprints that the run writes, and the unmapped ones; targets of relations first. */
function blueprintsOf({ run, wanted, unmapped }: RunState): readonly BlueprintState[] {
  return targetsFirst(run?.states() ?? [], ({ shape }) => shape).filter(
    (state) => unmapped.includes(state) || extractionsWriting(wanted, state.shape.identifier).length > 0,
  );
}

function readsAllKinds({ kinds }: Pick<ResyncRequest, 'kinds'>): boolean {
  return kinds === undefined || kinds.length === 0;
}

function isWanted(request: Pick<ResyncRequest, 'kinds'>, kind: Kind): boolean {
  return readsAllKinds(request) || (request.kinds ?? []).includes(kind);
}

function nothingToDo({ kinds }: ResyncRequest, { mappingOrigin }: PreparedCatalog): string {
  const which = kinds && kinds.length > 0 ? ` for ${kinds.join(', ')}` : '';
  return `${mappingOrigin} has no usable entry${which}; nothing was read and nothing changed`;
}

/** The taints of a blueprint by disabled entries, and by kinds that this run does not read. */
export function taintsFromTheBeginning(
  blueprint: string,
  { extractions, disabled }: Pick<CompiledMapping, 'extractions' | 'disabled'>,
  request: Pick<ResyncRequest, 'kinds'>,
): readonly Taint[] {
  const broken = disabled.filter(({ blueprints }) => blueprints === null || blueprints.includes(blueprint));
  const unread = extractionsCreating(extractions, blueprint).filter(({ kind }) => !isWanted(request, kind.name));
  return [
    ...broken.map(({ path, message }): Taint => ({ reason: 'disabled', detail: `${path} is disabled: ${message}` })),
    ...unread.map(
      ({ kind }): Taint => ({
        reason: 'not_selected',
        detail: `${kind.name} also writes it and was not part of this run`,
      }),
    ),
  ];
}

/**
 * Begins to read what Port has of the blueprints that the mapping names, as soon as they are set up. The first pages of the
 * kinds are on their way meanwhile.
 */
function open(run: Run, wanted: readonly Extraction[], settingUp: Promise<void>) {
  const literalsOf = (extractions: readonly Extraction[]) => [
    ...new Set(extractions.flatMap(({ program }) => program.blueprints.filter((name) => name !== null))),
  ];
  async function shapes() {
    await settingUp;
    const all = literalsOf(wanted);
    for (const blueprint of all) void underWay(run.state(blueprint));
    const found = await Promise.all(all.map((blueprint) => run.shape(blueprint)));
    return found.filter((shape) => shape !== undefined);
  }
  return {
    shapes: shapes(),
    async statesOf(extractions: readonly Extraction[]) {
      await Promise.all(literalsOf(extractions).map((blueprint) => run.state(blueprint)));
    },
  };
}

interface RunEnding {
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly requests: RunReport['requests'];
  readonly end: RunEnd;
}

function report(
  { runId, mode, trigger, causes }: ResyncRequest,
  { startedAt, finishedAt, requests, end }: RunEnding,
  problems: ProblemBook,
  progress: RunState,
): RunReport {
  const { readers, intake, deletions } = progress;
  const threshold = progress.run?.mapping.flags.entityDeletionThreshold ?? null;
  const kinds = readers.map((reader) => reader.report());
  const blueprints = [
    ...blueprintsOf(progress).map((state) => {
      const decided = deletions?.blocked.get(state.shape.identifier);
      return reportBlueprint(state, decided ?? (end === 'whole' ? undefined : undecided(state, end, threshold)), end);
    }),
    ...[...(intake?.entitiesWithoutBlueprint ?? [])].map(([blueprint, failed]) =>
      reportWithoutBlueprint(blueprint, failed),
    ),
  ];
  return {
    runId,
    mode,
    trigger,
    status: verdict({ end, kinds, blueprints, hasErrors: problems.hasErrors }),
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    durationMs: finishedAt.getTime() - startedAt.getTime(),
    kinds,
    blueprints,
    problems: problems.list(locatorIn(progress.mapping)),
    requests,
    ...progress.timing.end(),
    ...(causes && { causes }),
  };
}

function trafficSince({ traffic }: Ports, before: RunReport['requests']): RunReport['requests'] {
  const now = traffic.snapshot();
  return {
    komodor: now.komodor - before.komodor,
    port: now.port - before.port,
    ...(now.kubernetes === undefined ? {} : { kubernetes: now.kubernetes - (before.kubernetes ?? 0) }),
    retries: now.retries - before.retries,
    rateLimitWaitMs: now.rateLimitWaitMs - before.rateLimitWaitMs,
  };
}

import type { JournalTarget, RunRequest } from '../compose.ts';
import type { LiveMarks } from '../core/catalog-guards.ts';
import { rowsOfPlan } from '../core/change-rows.ts';
import { isDoneWithin } from '../core/deadline.ts';
import { type CountedField, type FieldHistory, runFields } from '../core/field-history.ts';
import type { Journal, JournalWriter } from '../core/journal.ts';
import { LeftOutBook, type LeftOutStore } from '../core/left-out.ts';
import type { Mapping } from '../core/model.ts';
import { combineObservers } from '../core/observers.ts';
import type { RunObserver } from '../core/ports.ts';
import { type RunReport, summarize } from '../core/report.ts';
import { fitRow } from '../core/row-values.ts';
import type { RunOrder, RunQueue, RunWorker } from '../core/run-queue.ts';
import { truthsAfter } from '../core/truths.ts';
import type { Notifier } from '../notify/notifier.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { ServiceComponents } from './components.ts';
import { mappingDigest } from './mapping-watch.ts';
import type { TimelineRecorder } from './timeline-recorder.ts';

const LEVELS = { completed: 'info', degraded: 'warn', blocked: 'warn', aborted: 'warn', failed: 'error' } as const;

export interface RunSchedule {
  readonly nextResync: () => Promise<Date | null>;
  readonly intervalMinutes: number | null;
}

/** How long the end of a run waits for its records to be kept. While Redis is away its truths are kept later. */
const KEEP_MS = 1_000;
/** How many rows of a plan are written down at once. */
const ROWS_AT_ONCE = 500;

/** What a run of the service shares with others; missing where there is only one run. */
export interface Shared {
  /** What the queue remembers of live events and of truths. */
  readonly memory: LiveMarks & Pick<RunQueue, 'changeTruths'>;
  /** Missing with RUN_HISTORY=off. */
  readonly record?: RunRecording | undefined;
  /** Missing with RUN_HISTORY=off. */
  readonly leftOut?: LeftOutStore | undefined;
  /** Tells people how runs leave the catalog; missing: nobody is to be told. */
  readonly notifier?: Notifier | undefined;
  readonly recorder: TimelineRecorder;
  /** Takes what the expressions of the mapping gave. */
  readonly fields: FieldHistory;
}

/** Where runs write down what they change, and how much of it. */
export interface RunRecording {
  readonly journal: Journal;
  readonly detail: JournalTarget['detail'];
}

/** Executes one run and reports it to the log, the metrics, the traces and Port's pages. */
export function createRunWorker(
  components: ServiceComponents,
  schedule: RunSchedule,
  { memory, record, leftOut, notifier, recorder, fields }: Partial<Shared> = {},
): RunWorker {
  return async (runId, order, signal, onProgress) => {
    const { mode, trigger, kinds } = order;
    const logger = components.logger.child({ runId, mode, trigger });
    logger.info({ kinds }, 'run started');
    const writer = record?.journal.begin({ runId, mode, trigger, startedAt: new Date().toISOString() });
    const nextResync = await schedule.nextResync().catch(() => null);
    const reported = components.reporter.begin(runId, order, nextResync, schedule.intervalMinutes);
    const traced = components.tracing.begin(runId, mode, trigger);
    const seen = noteWhatIsSeen(mode, recorder);
    const book = new LeftOutBook();
    const observers = [
      seen.observer,
      approvalObserver(order, runId, recorder),
      reported.observer,
      traced.observer,
      components.metrics.observer,
      logObserver(logger),
      { progress: onProgress, timed: onProgress },
      ...(leftOut && mode === 'resync' ? [book.observer] : []),
    ];
    const report = await components.application.run(requestOf(runId, order, components.readMapping), signal, {
      observer: combineObservers(observers, (error) => logger.error({ err: error }, 'an observer failed')),
      ...(memory ? { marks: memory } : {}),
      ...(record && writer ? { journal: { writer, detail: record.detail } } : {}),
    });
    const { mapping, digest, counted } = seen.sofar();
    const left = book.list(new Date());
    const records = keepAll(logger, {
      'the truth of this run': memory?.changeTruths((known) => truthsAfter(known, { report, kinds, mapping })),
      // A run that has read nothing knows nothing new.
      'what was left out': left.length > 0 ? leftOut?.keep(left, kinds.length === 0 ? 'forget' : 'keep') : undefined,
      'what the expressions gave': counted && fields?.add(runFields(report, counted)),
    });
    recorder?.runFinished(report, digest);
    if (writer) await endRecord(writer, report, components.redact);
    components.metrics.runFinished(report);
    traced.end(report);
    // Not the child logger: the summary contains the run's id itself.
    components.logger[LEVELS[report.status]](summarize(report), 'run finished');
    await reported.end(report, await schedule.nextResync().catch(() => null));
    await isDoneWithin(KEEP_MS, records);
    await notifier?.runEnded(report, order.kinds.length === 0);
    return report;
  };
}

/** What the records of a run need to know of it. */
function noteWhatIsSeen(mode: RunOrder['mode'], recorder: TimelineRecorder | undefined) {
  let mapping: Mapping | undefined;
  let digest: string | null = null;
  let counted: readonly CountedField[] | undefined;
  const observer: RunObserver = {
    mappingRead(read, from) {
      mapping = read;
      if (from?.document) digest = mappingDigest(from.document);
      if (from && mode === 'resync') recorder?.mappingSeen(from);
    },
    fieldsCounted(all) {
      if (mode === 'resync') counted = all;
    },
  };
  return { observer, sofar: () => ({ mapping, digest, counted }) };
}

/** Waits for records. None that fails concerns the run or the others. */
function keepAll(logger: Logger, records: Readonly<Record<string, Promise<void> | undefined>>): Promise<unknown> {
  return Promise.all(
    Object.entries(records).map(([what, kept]) =>
      kept?.catch((error: unknown) => logger.debug({ err: error }, `${what} was not kept`)),
    ),
  );
}

/** Notes the approved deletions that a resync carries out. */
function approvalObserver({ mode, trigger }: RunOrder, runId: string, recorder?: TimelineRecorder): RunObserver {
  return {
    deletionsDecided(blueprint, _stale, decision) {
      if (mode !== 'resync' || decision.type !== 'delete' || decision.approvedDigest === null) return;
      const { approvedDigest: digest, identifiers } = decision;
      recorder?.note({ type: 'approval', runId, trigger, blueprint, digest, count: identifiers.length });
    },
  };
}

/** Writes down what a plan would change; a resync has done so on its way. */
async function endRecord(writer: JournalWriter, report: RunReport, redact: (text: string) => string): Promise<void> {
  const rows = report.mode === 'plan' ? rowsOfPlan(report) : [];
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE)
    await writer.append(rows.slice(at, at + ROWS_AT_ONCE).map((row) => fitRow(row, redact)));
  await writer.end(report.status);
}

/** @param read reads the mapping of an order */
function requestOf(
  runId: string,
  { mode, trigger, kinds, approveDeletions, mapping, causes }: RunOrder,
  read: ServiceComponents['readMapping'],
): RunRequest {
  const given = mapping === undefined ? undefined : read(mapping);
  return { runId, mode, trigger, kinds, approvedDeletions: approveDeletions, mapping: given, causes };
}

/** Logs the steps of a run, each with its kind and phase. */
function logObserver(logger: Logger): RunObserver {
  return {
    kindStarted: (kind) => logger.info({ kind, phase: 'extract' }, 'kind started'),
    kindFinished: (progress) => logger.info({ ...progress, phase: 'extract' }, 'kind read'),
    problem: ({ severity, code, kind, message }) =>
      logger[severity === 'error' ? 'error' : 'warn']({ code, kind, detail: message }, 'problem'),
    deletionsDecided(blueprint, stale, { type }) {
      if (stale.length > 0)
        logger.info({ blueprint, stale: stale.length, decision: type, phase: 'reconcile' }, 'stale entities');
    },
  };
}

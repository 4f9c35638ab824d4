import {
  BadCursor,
  type HistoryDetail,
  type Journal,
  type JournalRow,
  type JournalRun,
  type RowFilter,
  type RowPage,
} from '../core/journal.ts';
import { nearest } from '../core/nearest.ts';
import type { RunQueue, RunRecord } from '../core/run-queue.ts';
import { type ChangesNote, changedNothing, hasChanged, type RecordedRun, runOfFile } from './recorded-run.ts';

/** A run of the service, whose rows can be read page by page too. */
export interface ServiceRun extends RecordedRun {
  /** @throws BadCursor */
  page(filter: RowFilter, from: string | null, limit: number): Promise<RowPage>;
}

/** The run, or a sentence that names the runs that exist. */
export type RunLookup = { readonly found: ServiceRun } | { readonly unknown: string };

export interface ServiceRunsParts {
  readonly queue: Pick<RunQueue, 'find' | 'list'>;
  readonly journal: Pick<Journal, 'find' | 'runs' | 'rows' | 'page'>;
  readonly detail: HistoryDetail;
  /** How many runs that changed something keep their rows. */
  readonly keptRuns: number;
}

/** How many runs are looked through for one that is meant. */
const MAX_RUNS = 200;
const MAX_NAMED = 5;

/** Finds a run of the service by its id, or the `latest`, which is the last resync that finished. */
export async function findServiceRun(parts: ServiceRunsParts, id: string): Promise<RunLookup> {
  const { queue, journal } = parts;
  const runId = id === 'latest' ? await latestOf(parts) : id;
  if (runId === undefined) return { unknown: 'There has been no run yet.' };
  const [record, kept] = await Promise.all([queue.find(runId), journal.find(runId)]);
  const run = runOf(record, kept);
  if (run === undefined) return { unknown: await sentenceAboutUnknown(parts, id) };
  const report = record?.state === 'finished' ? record.report : null;
  // What the queue has of a plan is whole, and there even if no history is kept.
  if (report?.changes !== undefined && (kept === undefined || kept.rows === 0)) {
    const inReport = runOfFile(report);
    return { found: { ...inReport, page: (filter, from, limit) => pageOf(inReport, filter, from, limit) } };
  }
  return {
    found: {
      run,
      report,
      note: await noteOf(parts, run, record, kept),
      rows: (filter, signal) => journal.rows(runId, filter, signal),
      page: (filter, from, limit) => journal.page(runId, filter, from, limit),
    },
  };
}

async function latestOf({ queue, journal }: ServiceRunsParts): Promise<string | undefined> {
  const runs = await queue.list(MAX_RUNS);
  const finished = runs.filter(({ state }) => state === 'finished');
  // Somebody may have looked at a plan since.
  const latest = finished.find(({ order }) => order.mode === 'resync') ?? finished[0] ?? runs[0];
  return latest?.runId ?? (await journal.runs()).find(({ mode }) => mode !== 'live')?.runId;
}

function runOf(record: RunRecord | undefined, kept: JournalRun | undefined): JournalRun | undefined {
  if (record === undefined) return kept;
  const { mode, trigger } = record.order;
  const startedAt = record.state === 'queued' ? record.requestedAt : record.startedAt;
  const report = record.state === 'finished' ? record.report : undefined;
  const { rows = 0, lost = 0, counts = {} } = kept ?? {};
  return {
    runId: record.runId,
    mode,
    trigger,
    startedAt,
    finishedAt: report?.finishedAt ?? null,
    status: report?.status ?? null,
    rows,
    lost,
    counts,
  };
}

async function noteOf(
  parts: ServiceRunsParts,
  { mode, lost, rows }: JournalRun,
  record: RunRecord | undefined,
  kept: JournalRun | undefined,
): Promise<ChangesNote | null> {
  if (record?.state === 'queued') return { code: 'in_progress', message: 'This run has not begun yet.' };
  if (record?.state === 'running')
    return { code: 'in_progress', message: 'This run is in progress: these are its changes so far.' };
  if (lost > 0) return { code: 'rows_lost', message: `The record is not whole: ${lost} rows could not be kept.` };
  if (kept?.status === null && mode !== 'live')
    return { code: 'not_recorded', message: 'The end of this run was not recorded, so that rows may be missing.' };
  if (rows > 0) return null;
  // Its record is there, and empty: it broke off before it changed anything.
  if (kept !== undefined || record === undefined || !hasChanged(record.report)) return nothingChanged(parts, record);
  if (parts.detail === 'off')
    return {
      code: 'history_off',
      message: 'RUN_HISTORY is off, so the changes of runs are not kept; the report has counts.',
    };
  const message = `The changes of this run are not kept any more: of the last ${parts.keptRuns} runs that changed something they are (RUN_HISTORY_RUNS), and without Redis only until the service ends.`;
  return { code: 'not_kept', message };
}

/** Names the last run that did change something, because that is the next question. */
async function nothingChanged({ journal }: ServiceRunsParts, record: RunRecord | undefined): Promise<ChangesNote> {
  const note = changedNothing(record?.state === 'finished' ? record.report : null);
  const last = (await journal.runs()).find(({ rows, mode }) => rows > 0 && mode !== 'live');
  if (last === undefined) return note;
  return { ...note, message: `${note.message} The last one that has changes is ${named(last)}.` };
}

async function pageOf(run: RecordedRun, filter: RowFilter, from: string | null, limit: number): Promise<RowPage> {
  if (from !== null && !/^\d{1,9}$/.test(from)) throw new BadCursor();
  const start = Number(from ?? 0);
  const rows: JournalRow[] = [];
  for await (const piece of run.rows(filter, new AbortController().signal)) for (const row of piece) rows.push(row);
  const end = start + limit;
  return { rows: rows.slice(start, end), cursor: end < rows.length ? String(end) : null };
}

async function sentenceAboutUnknown({ queue, journal }: ServiceRunsParts, id: string): Promise<string> {
  const listed = (await queue.list(MAX_RUNS))
    .map((record) => runOf(record, undefined))
    .filter((run) => run !== undefined);
  const known = new Set(listed.map(({ runId }) => runId));
  const all = [...listed, ...(await journal.runs()).filter(({ runId }) => !known.has(runId))];
  if (all.length === 0) return `There is no run ${shortened(id)}, and there has been none yet.`;
  const similar = all.filter(({ runId }) => resembles(runId, id));
  const meant = similar.length > 0 ? similar : all;
  const names = meant.slice(0, MAX_NAMED).map(named).join('; ');
  const lead = similar.length > 0 ? 'It resembles' : 'The latest are';
  return `There is no run ${shortened(id)}, or it is too long ago. ${lead} ${names}.`;
}

/** Whether somebody may have meant a run: with a part of its id, or with a mistake in it. */
function resembles(runId: string, id: string): boolean {
  return (id.length >= 3 && runId.toLowerCase().includes(id.toLowerCase())) || nearest(id, [runId]) !== undefined;
}

function named({ runId, mode, status, startedAt }: JournalRun): string {
  return `${runId} (${mode}, ${status ?? 'not finished'}, ${startedAt})`;
}

function shortened(id: string): string {
  return id.length > 60 ? `${id.slice(0, 60)}…` : id;
}

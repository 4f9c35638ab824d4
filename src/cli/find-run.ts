import { existsSync } from 'node:fs';
import { z } from 'zod';
import { type ChangesNote, type RecordedRun, runOfFile } from '../answers/recorded-run.ts';
import { reportPage } from '../answers/report-page.ts';
import { rowsOfPlan } from '../core/change-rows.ts';
import { AppError } from '../core/errors.ts';
import type { JournalRun, RowFilter } from '../core/journal.ts';
import { changeSchema } from './outside-report.ts';
import { readReportFile } from './report-file.ts';
import { createServiceClient, type ServiceClient } from './service-client.ts';

/** How many rows one request asks for. */
const PAGE_ROWS = 1000;

const run = z.custom<JournalRun>(
  (value) => typeof value === 'object' && value !== null && 'runId' in value && typeof value.runId === 'string',
);
const note = z.custom<ChangesNote>((value) => typeof value === 'object' && value !== null && 'message' in value);
const documentSchema = z.object({
  run,
  rows: z.array(changeSchema),
  cursor: z.string().nullable(),
  note: note.nullable(),
});

/** The report page of the run in a file, or of a run of the service. @throws AppError */
export async function reportPageOf(name: string, url: string | undefined, signal: AbortSignal): Promise<string> {
  if (isFileName(name)) return reportPage(runInFile(name), signal);
  return createServiceClient(url).text(`/v1/runs/${encodeURIComponent(name)}/report.html`, signal);
}

/** Whether what somebody named is a file, and not a run of the service. */
function isFileName(name: string): boolean {
  return name === '-' || /[/\\]|\.json$/i.test(name) || existsSync(name);
}

/** The run in a report file, or a run of the service. @throws AppError */
export async function findRun(name: string, url: string | undefined, signal: AbortSignal): Promise<RecordedRun> {
  return isFileName(name) ? runInFile(name) : runOfService(createServiceClient(url), name, signal);
}

function runInFile(path: string): RecordedRun {
  const { report, unreadable } = readReportFile(path);
  const recorded = runOfFile(report);
  if (unreadable === 0) return recorded;
  const message = `${unreadable} changes in the file cannot be read.`;
  return { ...recorded, run: { ...recorded.run, lost: unreadable }, note: { code: 'rows_lost', message } };
}

async function runOfService(client: ServiceClient, id: string, signal: AbortSignal): Promise<RecordedRun> {
  const first = await pageOf(client, id, {}, null, 1, signal);
  const { runId } = first.run;
  return {
    run: first.run,
    note: first.note,
    report: null,
    async *rows(filter, stopped) {
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof pageOf>> = await pageOf(
          client,
          runId,
          filter,
          cursor,
          PAGE_ROWS,
          stopped,
        );
        cursor = page.cursor;
        yield page.rows;
      } while (cursor !== null);
    },
  };
}

async function pageOf(
  client: ServiceClient,
  id: string,
  filter: RowFilter,
  cursor: string | null,
  limit: number,
  signal: AbortSignal,
) {
  const query = new URLSearchParams({ ...filter, ...(cursor === null ? {} : { cursor }), limit: String(limit) });
  const path = `/v1/runs/${encodeURIComponent(id)}/changes?${query}`;
  const parsed = documentSchema.safeParse(await client.json(path, signal));
  if (!parsed.success)
    throw new AppError(
      'service_refused',
      `${client.url} is not this program's service, or one of another version: its answer to ${path} is not understood`,
    );
  const { rows, ...rest } = parsed.data;
  return { ...rest, rows: rowsOfPlan({ changes: rows, finishedAt: rest.run.startedAt }) };
}

import { once } from 'node:events';
import { csvOf, ndjsonOf } from '../answers/changes-export.ts';
import type { ChangesDocument, RecordedRun } from '../answers/recorded-run.ts';
import type { JournalRow, RowFilter } from '../core/journal.ts';
import { EXIT, onInterrupt } from './command.ts';
import { findRun } from './find-run.ts';
import { printError, printJson } from './output.ts';
import { printChanges } from './print-changes.ts';

interface ChangesOptions extends RowFilter {
  readonly format?: 'text' | 'json' | 'ndjson' | 'csv';
  readonly json?: boolean;
  readonly url?: string;
}

/** `changes`: what a run changed. @returns the exit code */
export async function showChanges(name: string, options: ChangesOptions): Promise<number> {
  const { signal, exitCode } = onInterrupt();
  const { format = options.json ? 'json' : 'text', json: _, url, ...filter } = options;
  const recorded = await findRun(name, url, signal);
  if (format === 'text') await printChanges(recorded, filter, signal);
  else {
    if (recorded.note) printError(recorded.note.message);
    const rows = recorded.rows(filter, signal);
    if (format === 'json') printJson(await documentOf(recorded, rows));
    else await writeAll((format === 'csv' ? csvOf : ndjsonOf)(recorded.run.runId, rows));
  }
  return exitCode() ?? EXIT.done;
}

async function documentOf({ run, note }: RecordedRun, pieces: AsyncIterable<readonly JournalRow[]>) {
  const rows: JournalRow[] = [];
  for await (const piece of pieces) for (const row of piece) rows.push(row);
  return { run, rows, cursor: null, note } satisfies ChangesDocument;
}

/** Writes to stdout as fast as it is read there. */
async function writeAll(pieces: AsyncIterable<string>): Promise<void> {
  for await (const piece of pieces) {
    if (process.stdout.write(piece)) continue;
    try {
      await once(process.stdout, 'drain');
    } catch {
      // Nobody reads any more.
      return;
    }
  }
}

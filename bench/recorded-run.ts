/** One resync with the journal of a process, as the service has it; RUN_HISTORY says how much it keeps. Prints the report. */

import { createApplication } from '../src/compose.ts';
import { createInlineJournal } from '../src/queue/inline-journal.ts';
import { settingsFor } from './settings.ts';

const { RUN_HISTORY, PATH: _, ...environment } = process.env;
const given = Object.fromEntries(
  Object.entries(environment).filter((pair): pair is [string, string] => pair[1] !== undefined),
);
const settings = settingsFor(given);
const application = await createApplication(settings, process.env);
const detail = RUN_HISTORY === 'values' || RUN_HISTORY === 'names' ? RUN_HISTORY : undefined;
const journal = createInlineJournal({ detail: detail ?? 'names', runs: settings.runHistoryRuns, log: () => undefined });
const order = { runId: 'bench', mode: 'resync', trigger: 'cli', startedAt: new Date().toISOString() } as const;
const writer = detail && journal.begin(order);
const report = await application.run(
  order,
  new AbortController().signal,
  writer ? { journal: { writer, detail } } : {},
);
await writer?.end(report.status);
application.close();
process.stdout.write(JSON.stringify(report));

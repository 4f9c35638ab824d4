import { randomUUID } from 'node:crypto';
import { listOf } from '../answers/map-input.ts';
import { mappingFromFiles } from '../compose/given-mapping.ts';
import { kindsOf, offlineKinds } from '../compose/kinds.ts';
import { type Application, createApplication } from '../compose.ts';
import { secretsOf } from '../config/secrets.ts';
import type { Settings } from '../config/settings.ts';
import { CollectedRows } from '../core/collected-rows.ts';
import { AppError } from '../core/errors.ts';
import type { JournalRow } from '../core/journal.ts';
import type { KnownKinds } from '../core/kinds.ts';
import type { Kind } from '../core/model.ts';
import { didYouMean } from '../core/nearest.ts';
import { combineObservers } from '../core/observers.ts';
import type { RunObserver } from '../core/ports.ts';
import { type RunMode, type RunReport, summarize } from '../core/report.ts';
import { createPortScreens } from '../service/port-screens.ts';
import type { Logger } from '../telemetry/logger.ts';
import { EXIT, exitCodeOf, loadSettingsAndLogger, onInterrupt } from './command.ts';
import { print, printError, printJson } from './output.ts';
import { type OutputFile, openOutputFile } from './output-file.ts';
import { printPlan } from './print-plan.ts';
import { printReport } from './print-report.ts';
import { showProgress } from './progress.ts';

export interface RunCommandOptions {
  readonly kind?: readonly string[];
  readonly json?: boolean;
  /** resync: digests of approved deletions. */
  readonly approveDeletions?: readonly string[];
  /** resync: do not report the run to Port. */
  readonly quiet?: boolean;
  /** Also write the whole report to this file, with every change. */
  readonly out?: string;
  /** plan: the mapping that counts as if Port held it, a file or a folder. */
  readonly mapping?: string;
  /** plan: exit with 2 when there are changes. */
  readonly detailedExitcode?: boolean;
  /** plan: show the values of what would be created. */
  readonly values?: boolean;
}

/** `resync` and `plan`: one run in this process. @returns the exit code */
export async function runOnce(mode: RunMode, options: RunCommandOptions): Promise<number> {
  const kinds = checkKinds(options.kind ?? [], offlineKinds());
  // Before anything is read, so that a plan that took minutes is not lost because its file cannot be written.
  const file = options.out === undefined ? undefined : openOutputFile(options.out);
  const interruption = onInterrupt();
  const { settings, logger } = loadSettingsAndLogger();
  checkKinds(kinds, kindsOf(settings));
  const mapping = options.mapping === undefined ? undefined : mappingFromFiles(settings, options.mapping);
  const application = await createApplication(settings, process.env, {
    asksAhead: true,
    sourceNote: (detail) => logger.info({ detail }, 'passed over'),
  });
  logger.debug({ jq: application.jq }, 'jq');
  // Only the file holds them: they may be many.
  const rows = mode === 'resync' && file ? new CollectedRows() : undefined;
  const progress = showProgress({ logger, mode, out: process.stderr, traffic: application.traffic });
  const order = {
    runId: randomUUID(),
    mode,
    trigger: 'cli',
    kinds,
    mapping,
    approvedDeletions: options.approveDeletions ?? [],
  } as const;
  const run = (screen: RunObserver = {}) =>
    application
      .run(order, interruption.signal, {
        observer: combineObservers([progress.observer, screen]),
        ...(rows ? { journal: { writer: rows, detail: settings.runHistory === 'values' ? 'values' : 'names' } } : {}),
      })
      .finally(() => progress.stop());
  const report = await (mode === 'plan' || options.quiet
    ? run()
    : runReportedToPort({ application, settings, logger }, order, run));
  application.close();
  // On a terminal the report follows. A log gets the summary as its last line.
  if (process.stderr.isTTY !== true) logger.info(summarize(report), 'run finished');
  const isWritten = printAnswer(report, options, file && { file, rows: rows?.all() });
  const code = needsAttention(report, options) ? EXIT.attention : exitCodeOf(report);
  return interruption.exitCode() ?? (isWritten ? code : EXIT.failed);
}

/** Executes a run and reports it to Port, like the service does: its state before and after, and its counts. */
async function runReportedToPort(
  { application, settings, logger }: { application: Application; settings: Settings; logger: Logger },
  order: { readonly runId: string; readonly mode: RunMode; readonly kinds: readonly Kind[] },
  run: (screen: RunObserver) => Promise<RunReport>,
): Promise<RunReport> {
  const secrets = secretsOf(settings, process.env);
  const { ingest, reporter } = createPortScreens(application, settings, secrets, (level, message, fields = {}) =>
    logger[level](fields, message),
  );
  const screen = reporter.begin(order.runId, order);
  const report = await run(screen.observer);
  await screen.end(report);
  await reporter.close();
  ingest.close();
  return report;
}

/** The kinds that names mean. @throws AppError `settings_invalid` for one that is not there, or cannot be read */
function checkKinds(names: readonly string[], kinds: KnownKinds): readonly Kind[] {
  const found = names.map((name) => ({ name, ...kinds.find(name) }));
  const unknown = found.flatMap((one) => ('kind' in one || one.off !== undefined ? [] : [one.name]));
  if (unknown.length > 0)
    throw new AppError(
      'settings_invalid',
      `--kind ${unknown.join(', ')}: the kinds are ${listOf(kinds)}${didYouMean(unknown[0] ?? '', kinds.known)}`,
    );
  const meant = found.map((one) => {
    if ('kind' in one) return one.kind;
    throw new AppError('settings_invalid', `--kind ${one.problem}`);
  });
  const inOrder = kinds.known.filter((kind) => meant.includes(kind));
  return [...new Set([...inOrder, ...meant])];
}

/** A file for the report, and the rows of a resync, which are in its report only there. */
interface ReportFile {
  readonly file: OutputFile;
  readonly rows: readonly JournalRow[] | undefined;
}

/** Prints the report and writes it to the file, if one is given. @returns false if the file could not be written */
function printAnswer(report: RunReport, { json, values = false }: RunCommandOptions, out?: ReportFile): boolean {
  const whole = out?.rows ? { ...report, changes: out.rows } : report;
  const failure = out?.file.write(`${JSON.stringify(whole, null, 2)}\n`);
  if (json) printJson(report);
  else {
    if (report.mode === 'plan') printPlan(report, { values });
    printReport(report);
    const what = report.mode === 'plan' ? 'The whole plan' : 'The report with every change';
    if (out && failure === undefined) print(`${what} is in ${out.file.path}`);
  }
  if (failure !== undefined) printError(failure);
  return failure === undefined;
}

/** Whether a completed run needs a person: `--detailed-exitcode` found changes, or an approval fits no deletion. */
function needsAttention(
  { status, changes = [], setup = [], problems }: RunReport,
  options: RunCommandOptions,
): boolean {
  if (status !== 'completed') return false;
  if (problems.some(({ code }) => code === 'approval_unmatched')) return true;
  const isSettingUp = setup.some(({ what }) => what !== 'integration');
  const isChanging = isSettingUp || changes.some(({ blocked }) => blocked !== true);
  return options.detailedExitcode === true && isChanging;
}

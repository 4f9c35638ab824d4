import { randomUUID } from 'node:crypto';
import { type Application, createApplication } from '../compose.ts';
import { secretsOf } from '../config/secrets.ts';
import type { Settings } from '../config/settings.ts';
import { AppError } from '../core/errors.ts';
import type { Kind } from '../core/model.ts';
import { didYouMean } from '../core/nearest.ts';
import { together } from '../core/observers.ts';
import type { RunObserver } from '../core/ports.ts';
import { type RunMode, type RunReport, summarize } from '../core/report.ts';
import { KOMODOR_KINDS } from '../komodor/kinds.ts';
import { createPortScreens } from '../service/port-screens.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type AnswerFile, openAnswerFile } from './answer-file.ts';
import { EXIT, exitCodeOf, onInterrupt, start } from './command.ts';
import { complain, print, printJson } from './output.ts';
import { printPlan } from './print-plan.ts';
import { printReport } from './print-report.ts';
import { showProgress } from './progress.ts';

export interface RunCommandOptions {
  readonly kind?: readonly string[];
  readonly json?: boolean;
  /** resync: digests of approved deletions. */
  readonly approveDeletions?: readonly string[];
  /** resync: not to be seen on Port's screens. */
  readonly quiet?: boolean;
  /** plan: also write the whole document to this file. */
  readonly out?: string;
  /** plan: exit with 2 when there are changes. */
  readonly detailedExitcode?: boolean;
  /** plan: show the values of what would be created. */
  readonly values?: boolean;
}

/** `resync` and `plan`: one run in this process. @returns the exit code */
export async function runOnce(mode: RunMode, options: RunCommandOptions): Promise<number> {
  const kinds = checkKinds(options.kind ?? []);
  // Before anything is read: a plan that took minutes must not be lost because it cannot be written down.
  const file = options.out === undefined ? undefined : openAnswerFile(options.out);
  const interruption = onInterrupt();
  const { settings, logger } = start();
  const application = await createApplication(settings, process.env);
  logger.debug({ jq: application.jq }, 'jq');
  const progress = showProgress({ logger, mode, out: process.stderr, traffic: application.traffic });
  const order = {
    runId: randomUUID(),
    mode,
    trigger: 'cli',
    kinds,
    approvedDeletions: options.approveDeletions ?? [],
  } as const;
  const run = (screen: RunObserver = {}) =>
    application
      .run(order, interruption.signal, { observer: together([progress.observer, screen]) })
      .finally(() => progress.stop());
  const report = await (mode === 'plan' || options.quiet
    ? run()
    : shownInPort({ application, settings, logger }, order, run));
  application.close();
  // On a terminal the report itself follows; a log keeps the summary as its last line.
  if (process.stderr.isTTY !== true) logger.info(summarize(report), 'run finished');
  const isWritten = answer(report, options, file);
  const code = hasNews(report, options) ? EXIT.attention : exitCodeOf(report);
  return interruption.exitCode() ?? (isWritten ? code : EXIT.failed);
}

/** Carries out a run that Port shows like any other: its state before and after, and its counts. */
async function shownInPort(
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

function checkKinds(names: readonly string[]): readonly Kind[] {
  const unknown = names.filter((name) => !KOMODOR_KINDS.includes(name));
  if (unknown.length > 0)
    throw new AppError(
      'settings_invalid',
      `--kind ${unknown.join(', ')}: the kinds are ${KOMODOR_KINDS.join(', ')}${didYouMean(unknown[0] ?? '', KOMODOR_KINDS)}`,
    );
  return KOMODOR_KINDS.filter((kind) => names.includes(kind));
}

/** @returns whether the file, if one was asked for, could be written */
function answer(report: RunReport, { json, values = false }: RunCommandOptions, file?: AnswerFile): boolean {
  const complaint = file?.write(`${JSON.stringify(report, null, 2)}\n`);
  if (json) printJson(report);
  else {
    if (report.mode === 'plan') printPlan(report, { values });
    printReport(report);
    if (file && complaint === undefined) print(`The whole plan is in ${file.path}`);
  }
  if (complaint !== undefined) complain(complaint);
  return complaint === undefined;
}

/** What needs a person although the run may have completed: changes that were asked about, an approval that fits nothing. */
function hasNews({ status, changes = [], setup = [], problems }: RunReport, options: RunCommandOptions): boolean {
  if (status !== 'completed') return false;
  if (problems.some(({ code }) => code === 'approval_unmatched')) return true;
  const isSettingUp = setup.some(({ what }) => what !== 'integration');
  const isChanging = isSettingUp || changes.some(({ blocked }) => blocked !== true);
  return options.detailedExitcode === true && isChanging;
}

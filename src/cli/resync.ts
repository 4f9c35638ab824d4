import { writeFileSync } from 'node:fs';
import { createApplication } from '../compose.ts';
import { AppError } from '../core/errors.ts';
import { KINDS, type Kind } from '../core/model.ts';
import { type RunMode, type RunReport, summarize } from '../core/report.ts';
import { EXIT, exitCodeOf, onInterrupt, start } from './command.ts';
import { print, printJson } from './output.ts';
import { printChanges } from './print-plan.ts';
import { printReport } from './print-report.ts';
import { showProgress } from './progress.ts';

export interface RunCommandOptions {
  readonly kind?: readonly string[];
  readonly json?: boolean;
  /** resync: digests of approved deletions. */
  readonly approveDeletions?: readonly string[];
  /** plan: also write the whole document to this file. */
  readonly out?: string;
  /** plan: exit with 2 when there are changes. */
  readonly detailedExitcode?: boolean;
}

/** `resync` and `plan`: one run in this process. @returns the exit code */
export async function runOnce(mode: RunMode, options: RunCommandOptions): Promise<number> {
  const kinds = checkKinds(options.kind ?? []);
  const interruption = onInterrupt();
  const { settings, logger } = start();
  const application = await createApplication(settings, process.env);
  logger.debug({ jq: application.jq }, 'jq');
  const progress = showProgress({ logger, out: process.stderr, traffic: application.traffic });
  const order = { mode, trigger: 'cli', kinds, approvedDeletions: options.approveDeletions ?? [] } as const;
  const report = await application
    .run(order, interruption.signal, { observer: progress.observer })
    .finally(() => progress.stop());
  application.close();
  // On a terminal the report itself follows; a log keeps the summary as its last line.
  if (process.stderr.isTTY !== true) logger.info(summarize(report), 'run finished');
  answer(report, options);
  return interruption.exitCode() ?? (hasNews(report, options) ? EXIT.attention : exitCodeOf(report));
}

function checkKinds(names: readonly string[]): readonly Kind[] {
  const known: readonly string[] = KINDS;
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new AppError('settings_invalid', `--kind ${unknown.join(', ')}: there is ${KINDS.join(' and ')}`);
  return KINDS.filter((kind) => names.includes(kind));
}

function answer(report: RunReport, { json, out }: RunCommandOptions): void {
  if (out !== undefined) writeFileSync(out, `${JSON.stringify(report, null, 2)}\n`);
  if (json) {
    printJson(report);
    return;
  }
  if (report.changes) printChanges(report.changes);
  printReport(report);
  if (out !== undefined) print(`The whole plan is in ${out}`);
}

function hasNews({ status, changes = [] }: RunReport, { detailedExitcode }: RunCommandOptions): boolean {
  return detailedExitcode === true && status === 'completed' && changes.some(({ blocked }) => blocked !== true);
}

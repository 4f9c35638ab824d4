import type { Problem, RunReport } from '../core/report.ts';
import { bold, dim, paintStatus, print, red, table, yellow } from './output.ts';

/** Prints a run report for people: what was read, what was written, what went wrong, the verdict. */
export function printReport(report: RunReport): void {
  const { kinds, blueprints, problems, requests } = report;
  if (kinds.length > 0) {
    print(
      table([
        ['Read from Komodor', 'pages', 'items', 'selected', 'filtered', 'duplicates', 'rejected', 'complete'],
        ...kinds.map((kind) => [
          kind.kind,
          kind.pages,
          kind.extracted,
          kind.selected,
          kind.filtered,
          kind.duplicates,
          kind.rejected,
          kind.complete ? 'yes' : 'NO',
        ]),
      ]),
    );
    print('');
  }
  if (blueprints.length > 0) {
    const verb = report.mode === 'plan' ? 'Would change in Port' : 'Changed in Port';
    print(
      table([
        [verb, 'create', 'update', 'unchanged', 'failed', 'stale', 'delete', ''],
        ...blueprints.map((b) => [
          b.blueprint,
          b.created,
          b.updated,
          b.unchanged,
          b.failed,
          b.stale,
          b.deleted,
          b.status,
        ]),
      ]),
    );
    print('');
  }
  for (const problem of problems) printProblem(problem);
  if (problems.length > 0) print('');
  const seconds = (report.durationMs / 1000).toFixed(1);
  const traffic = `${requests.komodor} requests to Komodor, ${requests.port} to Port, ${requests.retries} retries`;
  const waited =
    requests.rateLimitWaitMs > 0 ? `, ${(requests.rateLimitWaitMs / 1000).toFixed(1)} s waiting for rate limits` : '';
  print(
    `${bold(report.mode === 'plan' ? 'Plan' : 'Resync')} ${paintStatus(report.status)} in ${seconds} s ${dim(`(${traffic}${waited})`)}`,
  );
}

/** One problem with its count and a few names. */
function printProblem({ severity, code, message, count, samples }: Problem): void {
  const mark = severity === 'error' ? red('error') : yellow('warning');
  print(`${mark} ${code}${count > 1 ? ` (${count}x)` : ''}: ${message}`);
  if (samples.length > 0) print(dim(`      e.g. ${samples.join('; ')}`));
}

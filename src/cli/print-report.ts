import type { BlueprintReport, KindReport, Problem, RunReport } from '../core/report.ts';
import { bold, dim, paintStatus, plain, print, printWrapped, red, yellow } from './output.ts';

/** Prints a run report for people: what was read, what was written, what went wrong, the verdict. */
export function printReport(report: RunReport): void {
  const { mode, kinds, blueprints, problems } = report;
  const isPlan = mode === 'plan';
  printCounts(
    'Read from Komodor',
    kinds.map((kind) => [kind.kind, ofKind(kind)]),
  );
  // Where nothing was read, a plan knows of no change.
  const known = isPlan && wasNothingRead(report) ? [] : blueprints;
  printCounts(
    isPlan ? 'Would change in Port' : 'Changed in Port',
    known.map((blueprint) => [blueprint.blueprint, ofBlueprint(blueprint, isPlan)]),
  );
  for (const problem of problems) printProblem(problem);
  if (problems.length > 0) print();
  printVerdict(report);
}

/** Whether a run failed before it read anything of any kind. */
export function wasNothingRead({ status, kinds }: RunReport): boolean {
  return (
    (status === 'failed' || status === 'aborted') &&
    kinds.every(({ complete, extracted }) => !complete && extracted === 0)
  );
}

function printVerdict({ mode, status, durationMs, requests }: RunReport): void {
  const seconds = (durationMs / 1000).toFixed(1);
  const counts = [
    `${counted(requests.komodor, 'request')} to Komodor`,
    `${requests.port} to Port`,
    ...(requests.retries > 0 ? [`${requests.retries} ${requests.retries === 1 ? 'retry' : 'retries'}`] : []),
    ...(requests.rateLimitWaitMs > 0
      ? [`${(requests.rateLimitWaitMs / 1000).toFixed(1)} s waiting for rate limits`]
      : []),
  ];
  print(`${bold(mode === 'plan' ? 'Plan' : 'Resync')} ${paintStatus(status)} in ${seconds} s`);
  printWrapped('', counts.join(', '), plain, dim);
}

/** Names with what is to be counted of each; zeros are left out. */
function printCounts(title: string, rows: readonly (readonly [string, string])[]): void {
  if (rows.length === 0) return;
  print(bold(title));
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, counts] of rows) printWrapped(`  ${name.padEnd(width)}  `, counts);
  print();
}

function ofKind({ status, complete, pages, extracted, selected, filtered, duplicates, rejected }: KindReport): string {
  return [
    `${counted(extracted, 'item')} in ${counted(pages, 'page')}`,
    ...nonZero({ selected, filtered, duplicates, rejected }),
    ...(complete ? [] : ['NOT COMPLETE']),
    ...(status === 'completed' ? [] : [status]),
  ].join(', ');
}

function ofBlueprint(blueprint: BlueprintReport, isPlan: boolean): string {
  const { created, updated, deleted, stale, unchanged, failed, status } = blueprint;
  const counts = isPlan
    ? { 'to create': created, 'to update': updated, 'to delete': deleted, 'held back': stale - deleted }
    : { created, updated, deleted, 'not deleted': stale - deleted };
  const said = nonZero({ ...counts, unchanged, failed });
  return [...(said.length > 0 ? said : ['nothing']), ...(status === 'completed' ? [] : [status])].join(', ');
}

function nonZero(counts: { readonly [name: string]: number }): readonly string[] {
  return Object.entries(counts)
    .filter(([, number]) => number > 0)
    .map(([name, number]) => `${number} ${name}`);
}

function counted(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`;
}

/** One problem with its count and a few names. */
function printProblem({ severity, code, message, count, samples }: Problem): void {
  const what = `${code}${count > 1 ? ` (${count}x)` : ''}: ${message}`;
  printWrapped(`${severity} `, what, severity === 'error' ? red : yellow);
  if (samples.length > 0) printWrapped('  e.g. ', samples.join('; '), dim, dim);
}

import type { Kind } from '../core/model.ts';
import type { BlueprintReport, KindReport, Problem, RunReport } from '../core/report.ts';
import { bold, dim, paintStatus, plain, print, printWrapped, red, yellow } from './output.ts';

/** Prints a run report for people: what was read, what was written, the problems, the status. */
export function printReport(report: RunReport): void {
  const { mode, kinds, blueprints, problems } = report;
  const isPlan = mode === 'plan';
  printCounts(
    kinds.every((kind) => isOfKomodor(kind.kind)) ? 'Read from Komodor' : 'Read',
    kinds.map((kind) => [kind.kind, kindLine(kind)]),
  );
  // If nothing was read, a plan knows no changes, and "0 changes" would mislead.
  const known = isPlan && wasNothingRead(report) ? [] : blueprints;
  printCounts(
    isPlan ? 'Would change in Port' : 'Changed in Port',
    known.map((blueprint) => [blueprint.blueprint, blueprintLine(blueprint, isPlan)]),
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
    `${countOf(requests.komodor, 'request')} to Komodor`,
    `${requests.port} to Port`,
    ...(requests.kubernetes === undefined ? [] : [`${requests.kubernetes} to the cluster`]),
    ...(requests.retries > 0 ? [`${requests.retries} ${requests.retries === 1 ? 'retry' : 'retries'}`] : []),
    ...(requests.rateLimitWaitMs > 0
      ? [`${(requests.rateLimitWaitMs / 1000).toFixed(1)} s waiting for rate limits`]
      : []),
  ];
  print(`${bold(mode === 'plan' ? 'Plan' : 'Resync')} ${paintStatus(status)} in ${seconds} s`);
  printWrapped('', counts.join(', '), plain, dim);
}

/** Prints a table of names with their counts. */
function printCounts(title: string, rows: readonly (readonly [string, string])[]): void {
  if (rows.length === 0) return;
  print(bold(title));
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, counts] of rows) printWrapped(`  ${name.padEnd(width)}  `, counts);
  print();
}

function kindLine({
  status,
  complete,
  pages,
  extracted,
  selected,
  filtered,
  duplicates,
  rejected,
}: KindReport): string {
  return [
    `${countOf(extracted, 'item')} in ${countOf(pages, 'page')}`,
    ...nonZero({ selected, filtered, duplicates, rejected }),
    ...(complete ? [] : ['NOT COMPLETE']),
    ...(status === 'completed' ? [] : [status]),
  ].join(', ');
}

function blueprintLine(blueprint: BlueprintReport, isPlan: boolean): string {
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

function countOf(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`;
}

/** One problem with its count and a few names. */
function printProblem({ severity, code, message, count, samples }: Problem): void {
  const what = `${code}${count > 1 ? ` (${count}x)` : ''}: ${message}`;
  printWrapped(`${severity} `, what, severity === 'error' ? red : yellow);
  if (samples.length > 0) printWrapped('  e.g. ', samples.join('; '), dim, dim);
}

/** Whether a kind is read from Komodor. Those of a cluster or a folder are called `group/version/resource`. */
export function isOfKomodor(kind: Kind): boolean {
  return !kind.includes('/');
}

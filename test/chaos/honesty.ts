import type { RunReport } from '../../src/core/report.ts';
import { difference } from './compare.ts';
import { keyOf } from './expected.ts';
import { KINDS } from './kinds.ts';
import { admitsStale, isNeeded, leftStale, type RunFacts, type Violation } from './oracle.ts';
import { isOurs } from './ownership.ts';

/** What a person may approve. */
export const APPROVABLE: readonly string[] = ['threshold', 'emptied', 'unmapped'];

/** Rule 4: the verdict of a run, its reasons and its counts are true. */
export function checkHonesty(report: RunReport, facts: RunFacts): readonly Violation[] {
  return [
    ...(report.status === 'completed' ? checkCompleted(facts) : checkReasons(report, facts)),
    ...checkStale(report, facts),
    ...checkUnmapped(report, facts),
    ...checkGuard(report, facts),
    ...checkCounts(report, facts),
    // Whatever the hosts do, it is no surprise.
    ...report.problems.filter(({ code }) => code === 'unexpected').map(({ message }) => `unexpected: ${message}`),
  ].map((what) => ({ rule: 4, what: `${report.status}: ${what}` }));
}

/** Everything that stayed the same during the run is in Port as it has to be. */
function checkCompleted({ store, watch, taken, kinds, numberedPages, live }: RunFacts): string[] {
  // What a page hid and Port did not have yet leaves no trace that anybody could see.
  const hidden = new Set(taken.filter(({ hides }) => hides).map(({ route }) => route.replace('-scoped', '')));
  // Neither does what moved over the edge of a page, where pages have numbers and nobody says how many rows there are.
  if (numberedPages && watch.sourceChanged) hidden.add('services');
  return [...watch.stable].flatMap(([key, expected]) => {
    if (!kinds.includes(expected.kind)) return [];
    const route = expected.kind === 'komodorService' ? 'services' : 'risks';
    const before = watch.before.get(key);
    const isKnown = before !== undefined && isOurs(before);
    if (hidden.has(route) && !isKnown) return [];
    // A live event may have written it before its relation's target was there, and the run leaves it alone then.
    const what = differenceOf(store, live ? { ...expected, target: undefined } : expected, watch);
    return what === undefined ? [] : [what];
  });
}

/** Where a relation leads is only certain when its target neither came nor went during the run. */
function differenceOf(
  store: RunFacts['store'],
  expected: Parameters<typeof difference>[1],
  watch: RunFacts['watch'],
): string | undefined {
  const { target } = expected;
  const targetKey = typeof target === 'string' ? keyOf('komodorService', target) : undefined;
  const isSettled =
    targetKey === undefined ||
    watch.stable.has(targetKey) ||
    (watch.before.has(targetKey) && watch.everExpected.has(targetKey) === watch.atStart.entities.has(targetKey)) ||
    !watch.everExpected.has(targetKey);
  return difference(store, isSettled ? expected : { ...expected, target: undefined });
}

function checkReasons(report: RunReport, { calm, watch, store }: RunFacts): string[] {
  const { status, problems, blueprints } = report;
  const blocked = blueprints.some(({ deletionBlocked }) => APPROVABLE.includes(deletionBlocked?.reason ?? ''));
  const isNamed = problems.some(({ severity }) => severity === 'error');
  const needed = [...watch.before.values()].some((entity) => isNeeded(store, entity));
  return [
    ...(isNamed ? [] : ['no error is named']),
    ...(blocked && status === 'degraded' ? ['a guard holds deletions back, but the run is not blocked'] : []),
    ...(!blocked && status === 'blocked' ? ['no guard holds anything back'] : []),
    ...(calm && status !== 'blocked' && !needed ? [`nothing stood in its way: ${problems[0]?.message}`] : []),
  ];
}

function checkStale(report: RunReport, facts: RunFacts): string[] {
  return leftStale(facts).flatMap((key) =>
    report.status !== 'completed' && admitsStale(report, key) ? [] : [`${key} is stale and stays, unmentioned`],
  );
}

/** What no entry writes any more is named, unless Port could not be asked. */
function checkUnmapped(report: RunReport, { store, watch, variant, taken, whole }: RunFacts): string[] {
  const asked = whole && report.kinds.length > 0 && report.status !== 'aborted' && report.status !== 'failed';
  const unasked = report.problems.some(({ code }) => code === 'port_failed');
  if (!asked || unasked || taken.some(({ side, route }) => side === 'port' && route === 'search')) return [];
  const named = report.blueprints.map(({ blueprint }) => blueprint);
  return KINDS.filter((kind) => variant.entries[kind] === null && !named.includes(kind)).flatMap((kind) =>
    [...watch.before.values()]
      .filter((entity) => entity.blueprint === kind && isOurs(entity) && store.entity(kind, entity.identifier))
      .map(({ identifier }) => `${kind} ${identifier} is ours, nothing writes it any more, and nobody says so`),
  );
}

/** No more goes at once than the mapping allows, unless somebody approved it. */
function checkGuard({ blueprints }: RunReport, { watch, variant, approved, live }: RunFacts): string[] {
  if (approved.length > 0 || live) return [];
  return blueprints.flatMap(({ blueprint }) => {
    const owned = [...watch.before.values()].filter(
      (entity) => entity.blueprint === blueprint && isOurs(entity),
    ).length;
    const gone = watch.deletions.filter((deletion) => deletion.blueprint === blueprint).length;
    const unmapped = KINDS.some((kind) => kind === blueprint && variant.entries[kind] === null);
    if (gone > 0 && unmapped) return [`${gone} entities of ${blueprint}, which nothing writes, went without approval`];
    if (gone === 0 || (gone <= owned * variant.threshold && gone < owned)) return [];
    return [`${gone} of ${owned} entities of ${blueprint} went without approval`];
  });
}

/** What the report counts is what Port saw. */
function checkCounts(report: RunReport, { watch, taken, live, slow }: RunFacts): string[] {
  if (live || slow) return [];
  const mayDiffer = (route: string) =>
    report.status === 'aborted' ||
    report.status === 'failed' ||
    taken.some((fault) => fault.side === 'port' && fault.route === route);
  const lost = taken.some(({ side, route, loses }) => side === 'port' && route === 'bulk' && loses);
  return report.blueprints.flatMap(({ blueprint, created, updated, deleted, failed }) => {
    const writes = [...watch.writes].filter(([key]) => key.startsWith(`${blueprint} `));
    const new_ = writes.filter(([, write]) => write.created).length;
    const gone = watch.deletions.filter((deletion) => deletion.blueprint === blueprint).length;
    const said = `${blueprint} says ${created} created, ${updated} updated, ${failed} failed, ${deleted} deleted`;
    const seen = `Port saw ${new_} of ${writes.length} created, ${gone} deleted`;
    const exact = !mayDiffer('bulk') && failed === 0;
    const wrong =
      (exact && (created !== new_ || updated !== writes.length - new_)) ||
      (!lost && created + updated > writes.length) ||
      deleted > gone ||
      (!mayDiffer('delete') && deleted !== gone);
    return wrong ? [`${said}, but ${seen}`] : [];
  });
}

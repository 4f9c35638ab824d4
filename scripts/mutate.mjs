// Breaks the parts that must not be wrong, one small change at a time, and looks whether a test notices:
//   npm run mutate                      all of them
//   npm run mutate -- src/core/pack.ts  only these files
// Prints every change that no test noticed, and fails when a group notices less than it has to. See docs/mutation.md.
import { relative } from 'node:path';
import { Stryker } from '@stryker-mutator/core';

const LEAST_PERCENT = 90;
const GROUPS = {
  deletion: [
    'src/core/deletion.ts',
    'src/core/deletions.ts',
    'src/core/confirm-stale.ts',
    'src/core/confirming-read.ts',
  ],
  'live deletion': ['src/core/live-deletion.ts', 'src/core/live-guard.ts', 'src/core/catalog-guards.ts'],
  comparison: ['src/core/fields.ts'],
  walks: ['src/komodor/cursor-walk.ts', 'src/komodor/offset-walk.ts'],
  packer: ['src/core/pack.ts', 'src/core/writer.ts'],
  retry: ['src/net/retry.ts', 'src/net/rate-limit.ts'],
  report: ['src/core/report.ts', 'src/core/verdict.ts'],
};

const wanted = process.argv.slice(2);
const files = Object.values(GROUPS)
  .flat()
  .filter((file) => wanted.length === 0 || wanted.includes(file));
if (files.length === 0) throw new Error(`Nothing to mutate in ${wanted.join(', ')}`);

const mutants = await new Stryker({ mutate: files }).runMutationTest();

/** A change that makes the tests run for ever counts as noticed, as in Stryker's own score, and is shown apart. */
function tally(these) {
  const count = (...statuses) => mutants.filter((m) => these.includes(fileOf(m)) && statuses.includes(m.status)).length;
  const killed = count('Killed');
  const timeout = count('Timeout');
  const survived = count('Survived', 'NoCoverage');
  const all = killed + timeout + survived;
  return { mutants: all, killed, timeout, survived, percent: all === 0 ? null : percentOf(killed + timeout, all) };
}

function fileOf({ fileName }) {
  return relative(process.cwd(), fileName);
}

function percentOf(part, whole) {
  return Math.floor((part * 1000) / whole) / 10;
}

const rows = Object.entries(GROUPS).flatMap(([group, members]) => [
  ...members.filter((file) => files.includes(file)).map((file) => [file, tally([file])]),
  [`group ${group}`, tally(members)],
]);
console.table(Object.fromEntries(rows.filter(([, { mutants: count }]) => count > 0)));

const weak = Object.entries(GROUPS).filter(([, members]) => (tally(members).percent ?? 100) < LEAST_PERCENT);
if (weak.length > 0) {
  console.error(`Below ${LEAST_PERCENT} %: ${weak.map(([group]) => group).join(', ')}`);
  process.exitCode = 1;
}

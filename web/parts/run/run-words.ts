import type { ChangesPage, RunReport } from '../../api/documents.ts';
import { countText, plural } from '../../ui/format.ts';
import { canBeApproved } from '../plan/held-words.ts';
import { sumOf } from './matrix-counts.ts';

type Run = ChangesPage['run'];

const LOOK_AT_PROBLEMS = 'Look at the problems: each says what to do.';

/** What a run came to, and what it waits for. */
export interface RunWords {
  /** A status of `ui/words.ts`. */
  readonly status: string;
  readonly text: string;
  /** What to do next; undefined: nothing. */
  readonly next: string | undefined;
}

export function wordsOf(run: Run, report: RunReport | undefined): RunWords {
  const done = doneText(run, report);
  if (run.mode === 'live') return liveWords(run, done);
  if (run.status === null) return endless(done);
  const words = { status: run.status, next: undefined };
  if (run.mode === 'plan') return { ...words, text: planText(run) };
  switch (run.status) {
    case 'completed':
      return {
        ...words,
        text:
          done === undefined
            ? 'Nothing had to change. Port has the whole truth.'
            : `Port has the whole truth: ${done}.`,
      };
    case 'blocked':
      return { ...words, text: sentence([...troubles(report), heldText(report), done]), next: nextOf(report) };
    case 'aborted':
      return {
        ...words,
        text: `It was stopped before its end. ${done === undefined ? 'Port has nothing of it.' : `Until then: ${done}.`}`,
        next: 'The next resync does the rest. Run again to have it now.',
      };
    case 'failed':
      return {
        ...words,
        text: sentence([firstError(report) ?? 'It could not be carried out', done ?? 'nothing was changed in Port']),
        next: LOOK_AT_PROBLEMS,
      };
    case 'degraded':
      return { ...words, text: sentence([...troubles(report), heldText(report), done]), next: nextOf(report) };
  }
}

function sentence(parts: readonly (string | undefined)[]): string {
  const said = parts.filter((part) => part !== undefined).join('; ');
  return said === ''
    ? 'It did not go to its end.'
    : `${said.charAt(0).toUpperCase()}${said.slice(1).replace(/\.$/, '')}.`;
}

/** `12 created, 326 updated, 343 deleted`; undefined: nothing. */
function doneText({ counts, rows }: Run, report: RunReport | undefined): string | undefined {
  const numbers = [
    [rows > 0 ? (counts.create?.done ?? 0) : sumOf(report, 'created'), 'created'],
    [rows > 0 ? (counts.update?.done ?? 0) : sumOf(report, 'updated'), 'updated'],
    [rows > 0 ? (counts.delete?.done ?? 0) : sumOf(report, 'deleted'), 'deleted'],
  ] as const;
  const said = numbers.filter(([number]) => number > 0).map(([number, word]) => `${countText(number)} ${word}`);
  return said.length === 0 ? undefined : said.join(', ');
}

function troubles(report: RunReport | undefined): readonly string[] {
  const refused = sumOf(report, 'failed');
  const unread = report?.kinds.filter(({ complete }) => !complete).map(({ kind }) => kind) ?? [];
  return [
    ...(refused === 0 ? [] : [`Port refused ${plural(refused, 'entity', 'entities')}`]),
    ...(unread.length === 0 ? [] : [`${unread.join(', ')} could not be read to the end`]),
    ...(refused === 0 && unread.length === 0 && heldText(report) === undefined
      ? [firstError(report) ?? ''].filter((text) => text !== '')
      : []),
  ];
}

function heldText(report: RunReport | undefined): string | undefined {
  const held =
    report?.blueprints.flatMap(({ blueprint, deletionBlocked }) =>
      deletionBlocked ? [{ blueprint, ...deletionBlocked }] : [],
    ) ?? [];
  if (held.length === 0) return undefined;
  const names = (of: typeof held, one: string, many: string) =>
    of.map(({ blueprint, count }) => `${plural(count, one, many)} of ${blueprint}`).join(' and ');
  const decided = held.filter(({ reason }) => canBeApproved(reason));
  const others = held.filter(({ reason }) => !canBeApproved(reason));
  return [
    ...(decided.length === 0 ? [] : [`${names(decided, 'deletion', 'deletions')} wait for a person`]),
    ...(others.length === 0 ? [] : [`${names(others, 'entity', 'entities')} were not seen, and stay`]),
  ].join('; ');
}

function nextOf(report: RunReport | undefined): string | undefined {
  const reasons = report?.blueprints.flatMap(({ deletionBlocked }) => deletionBlocked?.reason ?? []) ?? [];
  if (reasons.some((reason) => canBeApproved(reason))) return undefined;
  if (report?.kinds.some(({ complete }) => !complete))
    return 'The next complete run writes and deletes the rest by itself. If it stays so, look at the problems.';
  if (sumOf(report, 'failed') > 0) return 'Look at the refused rows: Port says why. The next resync tries them again.';
  return LOOK_AT_PROBLEMS;
}

function firstError(report: RunReport | undefined): string | undefined {
  return report?.problems.find(({ severity }) => severity === 'error')?.message.replace(/\.$/, '');
}

function planText({ counts }: Run): string {
  const planned = (['create', 'update', 'delete'] as const)
    .map((action) => [counts[action]?.planned ?? 0, action] as const)
    .filter(([number]) => number > 0)
    .map(([number, action]) => `${action} ${countText(number)}`);
  return planned.length === 0
    ? 'A plan. Nothing was written, and a resync would change nothing.'
    : `A plan. Nothing was written; a resync would ${planned.join(', ')}.`;
}

function liveWords(run: Run, done: string | undefined): RunWords {
  const refused =
    (run.counts.create?.refused ?? 0) + (run.counts.update?.refused ?? 0) + (run.counts.delete?.refused ?? 0);
  const troubled = refused === 0 ? '' : ` Port refused ${plural(refused, 'change')}; the next resync tries them again.`;
  return {
    status: refused === 0 ? 'ok' : 'degraded',
    text: `What live events changed in one hour: ${done ?? 'nothing'}.${troubled}`,
    next: undefined,
  };
}

function endless(done: string | undefined): RunWords {
  return {
    status: 'unknown',
    text: `Nobody has recorded how it ended${done === undefined ? '' : `; until then: ${done}`}.`,
    next: 'Its process probably died. The next resync does whatever is left.',
  };
}

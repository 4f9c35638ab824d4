import { escapeControlCharacters } from '../core/control-characters.ts';
import { isApprovable } from '../core/deletion.ts';
import type { Stall } from '../core/freshness.ts';
import type { BlockReason, Problem, RunReport } from '../core/report.ts';
import type { Condition, StallAndActions } from './catalog-status.ts';

/** What there is to tell. `previous`: what people were told last; null: nothing yet, or not known. */
export interface News {
  readonly condition: Condition;
  readonly previous: Condition | null;
  readonly at: Date;
  /** The run that changed the status; missing when nothing runs. */
  readonly report?: RunReport;
  /** For `stalled`. */
  readonly freshness?: StallAndActions;
}

export interface NoticeContext {
  readonly integration: string;
  /** PUBLIC_URL, for links. */
  readonly publicUrl: string | undefined;
  readonly redact: (text: string) => string;
}

interface HeldBack {
  readonly blueprint: string;
  readonly reason: BlockReason;
  readonly count: number;
  readonly digest: string;
  readonly sample: readonly string[];
  /** The command that carries out exactly these deletions; missing where a person cannot approve them. */
  readonly approve?: string;
}

/** The body of a notification. It has no field that the hooks of Slack or Mattermost give another meaning. */
export interface Notice {
  readonly event: Exclude<Condition, 'ok'> | 'recovered';
  readonly text: string;
  readonly integration: string;
  readonly at: string;
  readonly previous: Condition | null;
  readonly runId: string | null;
  readonly link: string | null;
  /** For `stalled`: since when which blueprints were not brought up to date, and why. */
  readonly stall?: Stall;
  readonly blocked: readonly HeldBack[];
  readonly problems: readonly Pick<Problem, 'code' | 'message' | 'count'>[];
}

const MAX_BLUEPRINTS = 10;
const MAX_SAMPLES = 5;
const MAX_PROBLEMS = 5;
const MAX_WORDS = 300;
const MAX_TEXT = 3_000;

/** The document for a change of the status. Lists and texts are short: the receivers have limits, and the link leads to the rest. */
export function noticeOf(news: News, { integration, publicUrl, redact }: NoticeContext): Notice {
  const { condition, previous, at, report, freshness } = news;
  const stall = freshness?.stalled ?? undefined;
  const said = (text: string) => cut(redact(text), MAX_WORDS);
  const isBad = condition !== 'ok';
  const blocked = isBad ? heldBack(news, said) : [];
  const problems = isBad ? worst(report?.problems ?? [], said) : [];
  const runId = report?.runId ?? null;
  const path = runId === null ? '/v1/status' : `/v1/runs/${encodeURIComponent(runId)}`;
  const link = publicUrl === undefined ? null : `${publicUrl}${path}`;
  const base = {
    event: condition === 'ok' ? 'recovered' : condition,
    integration,
    at: at.toISOString(),
    previous,
    runId,
    link,
    ...(stall === undefined
      ? {}
      : { stall: { ...stall, blueprints: stall.blueprints.slice(0, MAX_BLUEPRINTS), reason: said(stall.reason) } }),
    blocked,
    problems,
  } as const;
  return { ...base, text: textOf(base) };
}

function heldBack({ report, freshness }: News, said: (text: string) => string): readonly HeldBack[] {
  const inReport = report?.blueprints.map(({ blueprint, deletionBlocked }) => ({ blueprint, deletionBlocked }));
  const waiting = (freshness?.actions ?? []).flatMap((action) =>
    action.type === 'approve_deletions' ? [{ blueprint: action.blueprint, deletionBlocked: action.heldBack }] : [],
  );
  const all = (inReport ?? waiting).flatMap(({ blueprint, deletionBlocked }): HeldBack[] => {
    if (deletionBlocked === null || deletionBlocked.reason === 'not_selected') return [];
    const { reason, count, digest, sample } = deletionBlocked;
    const approve = isApprovable(reason) ? { approve: `komodor-port resync --approve-deletions ${digest}` } : {};
    return [{ blueprint, reason, count, digest, sample: sample.slice(0, MAX_SAMPLES).map(said), ...approve }];
  });
  return all.slice(0, MAX_BLUEPRINTS);
}

function worst(problems: readonly Problem[], said: (text: string) => string) {
  const errorsFirst = [...problems].sort((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'));
  // The held-back deletions have their own list.
  const others = errorsFirst.filter(({ code }) => code !== 'deletion_blocked');
  return others.slice(0, MAX_PROBLEMS).map(({ code, message, count }) => ({ code, message: said(message), count }));
}

const HEADLINES = {
  blocked: 'deletions are held back and wait for a person',
  failed: 'the resync failed',
  degraded: 'the resync left something out',
  stalled: 'the catalog was not brought up to date for three intervals',
  recovered: 'the catalog is up to date again',
} as const;

/** The text that chats show. Names from outside stand between backticks, so that no chat takes one for a mention or a link. */
function textOf({ event, integration, link, blocked, problems, stall }: Omit<Notice, 'text'>): string {
  const lines = [
    `${MARKS[event]} ${quoted(integration)}: ${HEADLINES[event]}`,
    ...(stall === undefined ? [] : [`Since ${stall.since}: ${quoted(stall.reason)}`]),
    ...blocked.flatMap(({ blueprint, reason, count, sample, approve }) => [
      `${quoted(blueprint)}: ${count} not deleted (${reason}): ${sample.map(quoted).join(', ')}${count > sample.length ? ', …' : ''}`,
      ...(approve === undefined ? [] : [`If they are really gone: ${quoted(approve)}`]),
    ]),
    ...problems.map(({ code, message, count }) => `${code}${count > 1 ? ` (${count} times)` : ''}: ${quoted(message)}`),
    ...(link === null ? [] : [link]),
  ];
  return wholeLines(lines.join('\n'), MAX_TEXT);
}

const MARKS = { blocked: '⚠️', failed: '❌', degraded: '⚠️', stalled: '❌', recovered: '✅' } as const;

/** In a chat's code span nothing has a meaning but the backtick. Slack reads `<` and `>` even there. */
function quoted(text: string): string {
  const plain = escapeControlCharacters(text).replaceAll('`', "'").replaceAll('<', '‹').replaceAll('>', '›');
  return `\`${cut(plain, MAX_WORDS)}\``;
}

/** The lines of a text that fit, as whole lines: half a code span would give the rest of a name a meaning. */
export function wholeLines(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, text.lastIndexOf('\n', length - 2)).trimEnd()}\n…`;
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '')}…` : text;
}

import { OUTCOMES } from '../core/change-rows.ts';
import { isApprovable } from '../core/deletion.ts';
import { CODES } from '../core/errors.ts';
import type { JournalOutcome, JournalRun } from '../core/journal.ts';
import type { BlueprintReport, Problem, RunReport, RunStatus } from '../core/report.ts';
import { type Html, html } from './html.ts';
import type { RecordedRun } from './recorded-run.ts';
import { cut } from './report-rows.ts';

const SENTENCES = {
  resync: {
    completed: 'Everything was read, mapped and written, and what is gone was deleted.',
    degraded: 'Some items, fields or entities failed, or deletions had to wait; the rest is in Port.',
    blocked: 'Port is up to date, but for deletions that wait for your approval.',
    failed: 'Something could not be read or written, or the run broke off.',
    aborted: 'The run was stopped. What was written by then stays.',
  },
  plan: {
    completed: 'Everything was read and mapped. This is what a resync would change; nothing was written.',
    degraded: 'Some items or fields failed. This is what a resync would change; nothing was written.',
    blocked: 'A resync would hold deletions back until you approve them; nothing was written.',
    failed: 'The plan is not whole: something could not be read. Nothing was written.',
    aborted: 'The plan was stopped. Nothing was written.',
  },
} as const;

/** How many characters of a problem's message are shown. */
const MESSAGE_LENGTH = 2000;

const STATUS_COLOR = { completed: 'good', degraded: 'warn', blocked: 'warn', failed: 'bad', aborted: 'bad' } as const;

/** What the run came to, in a sentence, and the facts about it. */
export function headOf({ run, report, note }: RecordedRun): Html {
  const { runId, mode, trigger, status, startedAt, finishedAt } = run;
  const facts = [
    `Run ${runId}`,
    `asked for by: ${trigger}`,
    ...(report?.causes ?? []).map(({ object, revision }) => `Flux: ${object} at ${revision || 'an unknown revision'}`),
    `began ${timeText(startedAt)}`,
    finishedAt === null ? 'has not ended' : `ended ${timeText(finishedAt)}`,
    ...(report ? [`${(report.durationMs / 1000).toFixed(1)} s`, requestsText(report)] : []),
  ];
  return html`<header>
<p>${{ resync: 'Resync', plan: 'Plan', live: 'Live events' }[mode]} <span class="status ${status ? STATUS_COLOR[status] : 'dim'}">${status ?? 'not finished'}</span></p>
<h1>${sentenceOf(mode, status)}</h1>
<ul class="facts">${facts.map((fact) => html`<li>${cut(fact)}</li>`)}</ul>
${note === null ? null : html`<p class="box">${note.message}</p>`}
</header>
`;
}

/** `2026-01-02 03:04:05 UTC` */
function timeText(time: string): string {
  return time.replace(/^(\S{10})T(\S{8})(\.\d+)?Z$/, '$1 $2 UTC');
}

function sentenceOf(mode: JournalRun['mode'], status: RunStatus | null): string {
  if (mode === 'live') return 'Entities that live events brought up to date within this hour.';
  return status === null ? 'This run has not finished.' : SENTENCES[mode][status];
}

const ACTION_NAMES = [
  ['create', 'Created'],
  ['update', 'Updated'],
  ['delete', 'Deleted'],
] as const;
const OUTCOME_NAMES: Readonly<Record<JournalOutcome, string>> = {
  done: 'done',
  planned: 'planned',
  refused: 'refused by Port',
  held_back: 'held back',
  superseded: 'superseded',
};
/** Shown also when they are 0. */
const ALWAYS: readonly JournalOutcome[] = ['refused', 'held_back'];

/** How many entities were created, updated and deleted, and how that ended. */
export function countsOf({ counts, mode, rows }: JournalRun): Html | null {
  if (rows === 0) return null;
  const isPlan = mode === 'plan';
  const count = (action: 'create' | 'update' | 'delete', outcome: JournalOutcome) => counts[action]?.[outcome] ?? 0;
  const outcomes = OUTCOMES.toReversed().filter(
    (outcome) =>
      ALWAYS.includes(outcome) ||
      outcome === (isPlan ? 'planned' : 'done') ||
      ACTION_NAMES.some(([action]) => count(action, outcome) > 0),
  );
  return html`<h2>Changes</h2>
<div class="scroll"><table><tr><th></th>${outcomes.map((outcome) => html`<th scope="col" class="n">${OUTCOME_NAMES[outcome]}</th>`)}</tr>
${ACTION_NAMES.map(
  ([action, name]) =>
    html`<tr><th scope="row">${isPlan ? `To ${action}` : name}</th>${outcomes.map((outcome) => numberCell(count(action, outcome)))}</tr>\n`,
)}</table></div>
`;
}

/** What the report counts for each blueprint. */
export function blueprintCounts(blueprints: readonly BlueprintReport[]): Html | null {
  if (blueprints.length === 0) return null;
  const columns = ['created', 'updated', 'unchanged', 'failed', 'deleted', 'stale'] as const;
  return html`<h2>Blueprints</h2>
<div class="scroll"><table><tr><th scope="col">Blueprint</th>${columns.map((column) => html`<th scope="col" class="n">${column}</th>`)}<th scope="col">status</th></tr>
${blueprints.map(
  (each) =>
    html`<tr><td><bdi>${cut(each.blueprint)}</bdi></td>${columns.map((column) => numberCell(each[column]))}<td class="${STATUS_COLOR[each.status]}">${each.status}</td></tr>\n`,
)}</table></div>
`;
}

function numberCell(number: number): Html {
  return html`<td class="n${number === 0 ? ' zero' : ''}">${number}</td>`;
}

/** The sets of deletions that were held back, and how to approve them. */
export function heldBack(blueprints: readonly BlueprintReport[]): Html | null {
  const held = blueprints.filter(({ deletionBlocked }) => deletionBlocked !== null);
  if (held.length === 0) return null;
  return html`<h2>Held back</h2>
${held.map(({ blueprint, deletionBlocked }) =>
  deletionBlocked === null
    ? null
    : html`<div class="box"><p><strong>${deletionBlocked.count}</strong> deletions from <bdi><strong>${cut(blueprint)}</strong></bdi>, reason <code>${deletionBlocked.reason}</code>, digest <code>${deletionBlocked.digest}</code></p>
${deletionBlocked.sample.length === 0 ? null : html`<p class="dim">e.g. <bdi>${cut(deletionBlocked.sample.join('; '))}</bdi></p>`}
${approval(deletionBlocked)}</div>
`,
)}`;
}

function approval({ reason, digest, count }: NonNullable<BlueprintReport['deletionBlocked']>): Html {
  if (!isApprovable(reason) || !/^[0-9a-f]+$/.test(digest))
    return html`<p>This cannot be approved. The deletions follow when the reason is gone: <a href="docs/deletion.md#why-deletions-are-held-back">docs/deletion.md</a></p>`;
  return html`<p>If all ${count} may go, this deletes exactly them; if the set has changed meanwhile, nothing is deleted and the new set is named:</p>
<pre>komodor-port resync --approve-deletions ${digest}</pre>`;
}

/** The problems, grouped by their code. */
export function problemsOf(problems: readonly Problem[]): Html | null {
  if (problems.length === 0) return null;
  const errorsFirst = [...problems].sort((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'));
  const codes = [...new Set(errorsFirst.map(({ code }) => code))];
  return html`<h2>Problems</h2>
${codes.map((code) => {
  const own = problems.filter((problem) => problem.code === code);
  const total = own.reduce((sum, { count }) => sum + count, 0);
  const isError = own.some(({ severity }) => severity === 'error');
  const meaning = Object.hasOwn(CODES, code) ? CODES[code] : '';
  return html`<div class="box${isError ? ' error' : ''}"><p><strong class="${isError ? 'bad' : 'warn'}">${isError ? 'error' : 'warning'}</strong> <code>${code}</code>, ${total} ${total === 1 ? 'time' : 'times'}. ${meaning} <a href="docs/errors.md#${code}">What to do: docs/errors.md</a></p>
<ul>${own.map(
    ({ message, count, samples }) =>
      html`<li><bdi>${cut(message, MESSAGE_LENGTH)}</bdi>${count > 1 ? ` (${count} times)` : ''}${samples.length === 0 ? null : html`<br><span class="dim">e.g. <bdi>${cut(samples.join('; '))}</bdi></span>`}</li>`,
  )}</ul></div>
`;
})}`;
}

function requestsText({ requests: { komodor, port, kubernetes } }: Pick<RunReport, 'requests'>): string {
  const cluster = kubernetes === undefined ? '' : `, ${kubernetes} to the cluster`;
  return `${komodor} requests to Komodor, ${port} to Port${cluster}`;
}

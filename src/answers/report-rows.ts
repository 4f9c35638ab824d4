import { ACTIONS, type ChangedField, changedFields, OUTCOMES, titleOf } from '../core/change-rows.ts';
import type { Exchange, JournalRow } from '../core/journal.ts';
import { type ChangeGroup, outcomeText } from './change-groups.ts';
import { type Html, html } from './html.ts';
import { shortPair, valueText } from './value-text.ts';

/** How many rows a group shows, and all groups together. A page with more would open slowly. */
export const ROWS_OF_A_GROUP = 500;
const ROWS_OF_A_PAGE = 4000;
/** How many characters of a value or a text are shown. */
const VALUE_LENGTH = 400;
/** Groups of so many rows are open. */
const OPEN_ROWS = 25;

/** The groups with the rows that the page has room for: first what did not succeed, then deletions. */
export function fittingGroups(groups: readonly ChangeGroup[]): readonly ChangeGroup[] {
  let room = ROWS_OF_A_PAGE;
  const byImportance = [...groups].sort((a, b) => importanceOf(a) - importanceOf(b));
  const fitting = new Map<ChangeGroup, ChangeGroup>();
  for (const group of byImportance) {
    const rows = group.rows.slice(0, room);
    room -= rows.length;
    fitting.set(group, { ...group, rows });
  }
  return groups.map((group) => fitting.get(group) ?? group);
}

function importanceOf({ action, outcome }: ChangeGroup): number {
  return OUTCOMES.indexOf(outcome) * ACTIONS.length + ACTIONS.indexOf(action);
}

/** The rows of one blueprint. */
export function blueprintRows(blueprint: string, groups: readonly ChangeGroup[], runId: string): Html {
  return html`<h3><bdi>${cut(blueprint)}</bdi></h3>${groups.map((group) => groupOf(group, runId))}`;
}

const COLOR = { refused: 'bad', held_back: 'warn', superseded: 'dim', done: 'good', planned: '' } as const;
const SIGN = { refused: '✕', held_back: '!', superseded: '»', done: '✓', planned: '○' } as const;

function groupOf(group: ChangeGroup, runId: string): Html {
  const { action, outcome, count, rows, reasons } = group;
  const because = [...reasons].map(([reason, number]) => `${number} ${reason}`).join(', ');
  const left = count - rows.length;
  let detail: string | undefined;
  const items = rows.map((row) => {
    const isNew = row.detail !== undefined && row.detail !== detail;
    detail = row.detail;
    return html`${rowOf(row, isNew)}\n`;
  });
  const isOpen = count <= OPEN_ROWS ? html` open` : null;
  return html`<details class="group"${isOpen}>
<summary><span class="${COLOR[outcome]}">${SIGN[outcome]}</span> ${outcomeText(group)}${because === '' ? null : html` <span class="dim">(${because})</span>`}</summary>
<ul class="rows">
${items}</ul>
${left === 0 ? null : html`<p class="why">${left} more are not on this page. All of them: <code>komodor-port changes ${runId} --action ${action} --outcome ${outcome} --format csv</code></p>`}
</details>
`;
}

function rowOf(row: JournalRow, saysWhy: boolean): Html {
  const { identifier, detail, error, source } = row;
  const title = titleOf(row);
  const fields = row.action === 'delete' ? [] : changedFields(row);
  const entries = source?.entries ?? [];
  const from = source && `${source.kind} ${cut(source.item)}${entries.length === 0 ? '' : `, ${entries.join(', ')}`}`;
  return html`<li><span class="id name"><bdi>${cut(identifier)}</bdi></span>${title === null || title === identifier ? null : html` <span class="dim"><bdi>${cut(title)}</bdi></span>`}${
    saysWhy ? html`<div class="dim">${cut(detail ?? '')}</div>` : null
  }${error ? html`<div class="bad">Port: <bdi>${cut(error.message)}</bdi> <code>${cut(error.code)}</code></div>${error.exchange ? exchangeOf(error.exchange) : null}` : null}${
    fields.length === 0 ? null : html`<dl>${fields.map((field) => fieldOf(field, row.action === 'create'))}</dl>`
  }${from === undefined ? null : html`<div class="dim">from <bdi>${from}</bdi></div>`}</li>`;
}

function exchangeOf({ request, answer }: Exchange): Html {
  const came = answer.status === null ? 'No answer came.' : html`Port answered ${String(answer.status)}:`;
  return html`<details><summary>What was sent, and what Port answered</summary>
<div class="why">${request.method} <bdi>${request.path}</bdi><pre><bdi>${request.body}</bdi></pre>${came}<pre><bdi>${answer.body}</bdi></pre></div></details>`;
}

function fieldOf(field: ChangedField, isCreation: boolean): Html {
  const name = html`<dt><bdi>${field.path.replace(/^properties\./, '')}</bdi></dt>`;
  const isFromKnown = 'from' in field;
  const isToKnown = 'to' in field;
  if (!isFromKnown && !isToKnown) return html`${name}<dd class="dim">changed; its values are not kept</dd>`;
  const isPair = isFromKnown && isToKnown && !isCreation;
  const [oldText, newText] = isPair
    ? shortPair(plainText(field.from), plainText(field.to), VALUE_LENGTH)
    : [cut(plainText(field.from)), cut(plainText(field.to))];
  const notKnown = html`<span class="dim">not known</span>`;
  const to = isToKnown ? html`<ins><bdi>${newText}</bdi></ins>` : notKnown;
  if (isCreation) return html`${name}<dd>${to}</dd>`;
  const from = isFromKnown ? html`<del><bdi>${oldText}</bdi></del>` : notKnown;
  return html`${name}<dd>${from} → ${to}</dd>`;
}

/** A text without quotes, everything else as JSON. */
function plainText(value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : valueText(value);
}

/** A text that is not too long to be looked at. */
export function cut(text: string, length = VALUE_LENGTH): string {
  return text.length > length ? `${text.slice(0, length)}… (${text.length} characters)` : text;
}

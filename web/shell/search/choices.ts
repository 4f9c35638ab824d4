import type { Answer, Found } from '../../api/documents.ts';

export type RunSummary = Answer<'GET /v1/runs'>['runs'][number];
export type FoundEntity = Found['entities'][number];

/** Something that the search leads to, or does. */
export interface Choice {
  readonly id: string;
  readonly group: 'Views' | 'Commands' | 'Runs' | 'Catalog';
  readonly text: string;
  readonly detail?: string;
  /** A status, shown with its mark. */
  readonly status?: string;
  /** The keys that do the same. */
  readonly key?: string;
  /** Where it leads; or `run`. */
  readonly to?: string;
  readonly run?: () => void;
}

/** How many runs are shown before the person says which. */
const RUNS_AT_FIRST = 5;
const MOST = 8;

/** The choices that have every word of the text, in any case. Without a text: all but older runs. */
export function fitting(choices: readonly Choice[], text: string): readonly Choice[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const most = words.length === 0 ? RUNS_AT_FIRST : MOST;
  const shown = new Map<string, number>();
  return choices.filter((choice) => {
    const whole = `${choice.group} ${choice.text} ${choice.detail ?? ''} ${choice.status ?? ''}`.toLowerCase();
    if (!words.every((word) => whole.includes(word))) return false;
    const count = (shown.get(choice.group) ?? 0) + 1;
    shown.set(choice.group, count);
    return choice.group !== 'Runs' || count <= most;
  });
}

export function runChoice({ runId, mode, trigger, status, requestedAt }: RunSummary, age: string): Choice {
  const to = mode === 'plan' ? `/plan/${encodeURIComponent(runId)}` : `/runs/${encodeURIComponent(runId)}`;
  return {
    id: runId,
    group: 'Runs',
    text: `${mode === 'plan' ? 'Plan' : 'Resync'} ${age}`,
    detail: `${trigger} · ${requestedAt.slice(0, 16).replace('T', ' ')} UTC · ${runId}`,
    status,
    to,
  };
}

export function entityChoice({ blueprint, identifier, title, inPort, detail }: FoundEntity): Choice {
  const where = inPort ? 'in Port' : 'not in Port';
  const parts = [
    blueprint ?? 'no entity',
    where,
    title === null || title === identifier ? '' : identifier,
    detail ?? '',
  ];
  return {
    id: `${blueprint ?? ''} ${identifier}`,
    group: 'Catalog',
    text: title ?? identifier,
    detail: parts.filter((part) => part !== '').join(' · '),
    to:
      blueprint === null
        ? `/catalog?q=${encodeURIComponent(identifier)}`
        : `/catalog/${encodeURIComponent(blueprint)}/${encodeURIComponent(identifier)}`,
  };
}

/** Always there for a text, so that Enter needs not wait for an answer. */
export function catalogChoice(text: string): Choice {
  return {
    id: 'catalog',
    group: 'Catalog',
    text: `Search the catalog for “${text}”`,
    to: `/catalog?q=${encodeURIComponent(text)}`,
  };
}

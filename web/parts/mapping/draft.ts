/** What is being edited. It is kept until the tab is closed. */
export interface Draft {
  readonly mapping: string;
  /** The digest of the mapping that was in use when the editing began. */
  readonly base: string;
  readonly item: string;
  /** The kind of the item. */
  readonly itemKind: string;
  readonly tests: string;
  /** The plan that was made, with its text. */
  readonly plan?: { readonly runId: string; readonly mapping: string } | undefined;
}

const KEY = 'komodor-port.mapping';

/** The kept draft; undefined when there is none, or it cannot be read. */
export function readDraft(from: Pick<Storage, 'getItem'>): Draft | undefined {
  try {
    const kept: unknown = JSON.parse(from.getItem(KEY) ?? 'null');
    return isDraft(kept) ? kept : undefined;
  } catch {
    return undefined;
  }
}

/** @returns whether it could be kept: browsers limit the size */
export function keepDraft(to: Pick<Storage, 'setItem'>, draft: Draft): boolean {
  try {
    to.setItem(KEY, JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

function isDraft(value: unknown): value is Draft {
  if (typeof value !== 'object' || value === null) return false;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  const { plan } = fields;
  const isPlan = typeof plan === 'object' && plan !== null && 'runId' in plan && 'mapping' in plan;
  return (
    ['mapping', 'base', 'item', 'itemKind', 'tests'].every((name) => typeof fields[name] === 'string') &&
    (plan === undefined || (isPlan && typeof plan.runId === 'string' && typeof plan.mapping === 'string'))
  );
}

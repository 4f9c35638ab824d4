import type { EntityDone, ItemProblem } from '../../core/ports.ts';

/** What the author of an object has to know: whether its entity is in Port, and if not, why. */
export interface ObjectVerdict {
  readonly reason: 'Synced' | 'SyncedInPart' | 'Refused' | 'HeldBack' | 'NotMapped';
  readonly message: string;
  /** Whether this run changed the entity in Port. */
  readonly isChange: boolean;
}

/** Problems after which the entity of the object is left as it is in Port, although Port refused nothing. */
const HOLDING_BACK: readonly string[] = ['owned_elsewhere', 'identifier_collision'];
/** Problems after which there is no entity. */
const REFUSING: readonly string[] = ['blueprint_missing', 'item_rejected', 'upsert_failed'];

const NOT_MAPPED = 'No entry of the mapping selects this object, so it has no entity in Port.';

/** Whether the verdict says that everything of the object is in Port. */
export function isGood({ reason }: Pick<ObjectVerdict, 'reason'>): boolean {
  return reason === 'Synced';
}

/** The verdict about one object, from everything that the run told about its item. */
export function verdictOf(done: readonly EntityDone[], problems: readonly ItemProblem[]): ObjectVerdict {
  const isChange = done.some(({ outcome }) => outcome === 'created' || outcome === 'updated');
  const failed = done.filter(({ outcome }) => outcome === 'failed');
  const held = problems.filter(({ code }) => HOLDING_BACK.includes(code));
  const refusing = problems.filter(({ code }) => REFUSING.includes(code));
  const refused = failed.length > 0 ? failed.map((one) => `${nameOf(one)}: ${one.message}`) : refusing.map(textOf);
  if (refused.length > 0) return { reason: 'Refused', message: joined(refused), isChange };
  if (held.length > 0) return { reason: 'HeldBack', message: joined(held.map(textOf)), isChange };
  if (done.length === 0) return { reason: 'NotMapped', message: NOT_MAPPED, isChange };
  const where = `${done.map(nameOf).join(', ')} is in Port.`;
  if (problems.length === 0) return { reason: 'Synced', message: where, isChange };
  return { reason: 'SyncedInPart', message: `${where} Left out: ${joined(problems.map(textOf))}`, isChange };
}

function nameOf({ blueprint, identifier }: EntityDone): string {
  return identifier === null ? `An entity of ${blueprint}` : `${blueprint}/${identifier}`;
}

function textOf({ message }: ItemProblem): string {
  return message;
}

function joined(texts: readonly string[]): string {
  return [...new Set(texts)].join('; ');
}

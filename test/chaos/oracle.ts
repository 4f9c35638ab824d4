import { isDeepStrictEqual } from 'node:util';
import type { RunReport } from '../../src/core/report.ts';
import type { PortStore } from '../../src/sandbox/port/store.ts';
import { difference, unmapped } from './compare.ts';
import { type ExpectedWorld, mayDelete } from './expected.ts';
import { KINDS, type Kind } from './kinds.ts';
import { isOurs } from './ownership.ts';
import type { TakenFault } from './schedule.ts';
import type { Variant } from './variant.ts';
import { entitiesIn, type Watch } from './watch.ts';

/** The five rules of docs/chaos.md. */
export type Rule = 1 | 2 | 3 | 4 | 5;

export interface Violation {
  readonly rule: Rule;
  readonly what: string;
}

/** What is known of a run besides its report. */
export interface RunFacts {
  readonly store: PortStore;
  readonly variant: Variant;
  readonly watch: Watch;
  readonly taken: readonly TakenFault[];
  readonly kinds: readonly Kind[];
  /** Whether no kind was asked for in particular. */
  readonly whole: boolean;
  readonly approved: readonly string[];
  /** Whether a request went unanswered because the machine is busy, for it was no fault of ours. */
  readonly slow: boolean;
  /** Whether Komodor numbers the pages of its services, as it does for old accounts. */
  readonly numberedPages: boolean;
  /** Whether live events were worked off beside it. */
  readonly live: boolean;
  /** Whether nothing at all stood in its way: no fault, no change of the source, of a blueprint, of a flawed mapping. */
  readonly calm: boolean;
}

/** Rule 1: an entity whose item existed all the time is never deleted; nor is anything taken along. */
export function checkDeletions({ deletions, before }: Watch): readonly Violation[] {
  return deletions.flatMap(({ key, alive, cascaded }): Violation[] => {
    const entity = before.get(key);
    return [
      ...(alive ? [{ rule: 1 as const, what: `${key} was deleted although its item was there all the time` }] : []),
      ...(entity !== undefined && !isOurs(entity) && !alive
        ? [{ rule: 2 as const, what: `${key} was deleted although it was written by ${entity.datasource}` }]
        : []),
      ...(cascaded ? [{ rule: 2 as const, what: `${key} went along with what it depended on` }] : []),
    ];
  });
}

/** Rule 2: what others wrote stays, and of what the mapping writes everything beside the mapped fields. */
export function checkOthers(store: PortStore, watch: Watch, variant: Variant): readonly Violation[] {
  const found: Violation[] = [];
  for (const [key, before] of watch.before) {
    const after = store.entity(before.blueprint, before.identifier);
    if (after === undefined) {
      if (!watch.deletions.some((deletion) => deletion.key === key)) {
        found.push({ rule: 2, what: `${key} is gone, but nobody deleted it` });
      }
      continue;
    }
    if (after === before) continue;
    const written = watch.writes.has(key);
    if (written && !watch.everExpected.has(key)) {
      found.push({ rule: 2, what: `${key} was written although the mapping never makes it` });
    }
    // Port itself takes back a relation to what was deleted.
    const strip = (entity: typeof before) => withoutDead(store, unmapped(entity, variant));
    if (written && !isDeepStrictEqual(strip(before), strip(after))) {
      found.push({ rule: 2, what: `${key} was changed beyond the mapped fields` });
    }
  }
  for (const [key, { datasource }] of entitiesIn(store)) {
    if (!watch.before.has(key) && isOurs({ datasource }) && !watch.everExpected.has(key)) {
      found.push({ rule: 2, what: `${key} was made although the mapping never makes it` });
    }
  }
  return found;
}

function withoutDead(store: PortStore, fields: unknown): unknown {
  if (typeof fields !== 'object' || fields === null || !('relations' in fields)) return fields;
  const relations = Object.entries(fields.relations ?? {}).filter(
    ([, target]) => typeof target !== 'string' || store.entity('komodorService', target) !== undefined,
  );
  return { ...fields, relations: Object.fromEntries(relations) };
}

/** Rule 3: Port is what the mapping makes of the source. What others need may stay: Port does not let it go. */
export function checkEqual(store: PortStore, expected: ExpectedWorld, variant: Variant): readonly Violation[] {
  const found: Violation[] = [];
  for (const entity of expected.entities.values()) {
    const what = difference(store, entity);
    if (what !== undefined) found.push({ rule: 3, what });
  }
  for (const [key, entity] of entitiesIn(store)) {
    if (!isOurs(entity) || expected.entities.has(key) || expected.nameless.has(key)) continue;
    // What a kind wrote that the mapping does not have any more goes only when somebody approves it.
    if (!isKind(entity.blueprint) || !mayDelete(variant, entity.blueprint)) continue;
    if (!isNeeded(store, entity)) found.push({ rule: 3, what: `${key} is still in Port` });
  }
  return found;
}

function isKind(blueprint: string): blueprint is Kind {
  return KINDS.some((kind) => kind === blueprint);
}

/** Whether something of somebody else cannot be without it. */
export function isNeeded(store: PortStore, { blueprint, identifier }: { blueprint: string; identifier: string }) {
  return store.entities
    .dependents(blueprint, identifier)
    .some(({ entity, relations }) =>
      relations.some((id) => store.blueprint(entity.blueprint)?.relations[id]?.required),
    );
}

/** Ours, gone from the source all through the action, and still in Port. */
export function leftStale({ store, variant, watch, kinds }: RunFacts): readonly string[] {
  return [...watch.before].flatMap(([key, before]) => {
    const kind = kinds.find((candidate) => candidate === before.blueprint);
    const after = store.entity(before.blueprint, before.identifier);
    if (kind === undefined || !mayDelete(variant, kind) || after === undefined) return [];
    return isOurs(before) && !watch.everExpected.has(key) ? [key] : [];
  });
}

/** Whether a report says why stale entities stayed. */
export function admitsStale({ blueprints, problems, status }: RunReport, key: string): boolean {
  const blueprint = key.split(' ')[0];
  const report = blueprints.find((one) => one.blueprint === blueprint);
  if (report === undefined) return status === 'failed' || status === 'aborted';
  return report.deletionBlocked !== null || problems.some(({ severity }) => severity === 'error');
}

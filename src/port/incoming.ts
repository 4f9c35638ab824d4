import { z } from 'zod';
import { keepFirst } from '../core/keep-first.ts';
import type { PortApi } from './api.ts';
import { type FoundEntity, searchEntities } from './search.ts';

/** A relation in Port that leads to some entities, and what it leads from. */
export interface IncomingRelation {
  /** The blueprint that has the relation. */
  readonly blueprint: string;
  readonly relation: string;
  /** Port refuses to delete what a required relation leads to. Another relation is emptied. */
  readonly required: boolean;
  /** How many entities lead there. */
  readonly count: number;
  readonly sample: readonly { readonly identifier: string; readonly title: string | null }[];
}

/** What leads to the entities. `unasked`: of what was not asked any more, in words; null: all was asked. */
export interface Incoming {
  readonly relations: readonly IncomingRelation[];
  readonly unasked: string | null;
}

/** How many identifiers one question names. */
const IDENTIFIERS_PER_QUESTION = 100;
/** More is not asked about at once: this is for a person who waits. */
const MAX_IDENTIFIERS = 1_000;
const MAX_PAGES = 60;
const SAMPLE_SIZE = 5;

const relation = z.looseObject({ target: z.string().catch(''), required: z.boolean().catch(false) });
const allBlueprints = z.looseObject({
  blueprints: z.array(z.looseObject({ identifier: z.string(), relations: z.record(z.string(), relation).nullish() })),
});

/**
 * Finds the entities whose relations lead to some entities of a blueprint, whoever wrote them, with a limited number of
 * requests.
 * @throws HttpFailure, AppError
 */
export async function findIncoming(
  api: PortApi,
  target: string,
  identifiers: readonly string[],
  signal: AbortSignal,
): Promise<Incoming> {
  const { blueprints } = await api.call({ method: 'GET', path: '/blueprints' }, allBlueprints, signal);
  const asked = identifiers.slice(0, MAX_IDENTIFIERS);
  const found: IncomingRelation[] = [];
  let pages = 0;
  for (const { identifier: blueprint, relations } of blueprints) {
    const leading = Object.entries(relations ?? {}).filter(([, definition]) => definition.target === target);
    if (leading.length === 0) continue;
    const counters = leading.map(([id, { required }]) => new RelationCounter(blueprint, id, required, new Set(asked)));
    const ids = leading.map(([id]) => id);
    for (let start = 0; start < asked.length && pages < MAX_PAGES; start += IDENTIFIERS_PER_QUESTION) {
      const value = asked.slice(start, start + IDENTIFIERS_PER_QUESTION);
      for await (const page of entitiesRelatedTo(api, { blueprint, relations: ids, target, value }, signal)) {
        for (const counter of counters) counter.add(page);
        pages += 1;
        if (pages >= MAX_PAGES) break;
      }
    }
    found.push(...counters.map((counter) => counter.result()).filter(({ count }) => count > 0));
  }
  const missing = [
    ...(asked.length < identifiers.length
      ? [`${asked.length} of ${identifiers.length} entities were asked about`]
      : []),
    ...(pages >= MAX_PAGES ? [`${MAX_PAGES} pages were read`] : []),
  ];
  return { relations: found, unasked: missing.length === 0 ? null : `There may be more: ${missing.join(', and ')}` };
}

/**
 * Port finds what is connected over any number of hops. The `direction` that it offers for this rule is left out: what
 * leads there is seen from the relations anyway.
 */
function entitiesRelatedTo(
  api: PortApi,
  {
    blueprint,
    relations,
    target,
    value,
  }: {
    readonly blueprint: string;
    readonly relations: readonly string[];
    readonly target: string;
    readonly value: readonly string[];
  },
  signal: AbortSignal,
): AsyncIterable<readonly FoundEntity[]> {
  const fields = { title: true, icon: false, team: false, properties: [], relations };
  const rules = [{ operator: 'relatedTo', blueprint: target, value }];
  return searchEntities(api, { identifier: blueprint }, fields, { combinator: 'and', rules }, signal);
}

/** Counts the entities that one relation leads from, each once. */
class RelationCounter {
  readonly #blueprint: string;
  readonly #relation: string;
  readonly #required: boolean;
  readonly #targets: ReadonlySet<string>;
  readonly #seen = new Set<string>();
  readonly #sample: IncomingRelation['sample'][number][] = [];

  constructor(blueprint: string, relation: string, required: boolean, targets: ReadonlySet<string>) {
    this.#blueprint = blueprint;
    this.#relation = relation;
    this.#required = required;
    this.#targets = targets;
  }

  add(entities: readonly FoundEntity[]): void {
    for (const { identifier, title, relations } of entities) {
      const value: unknown = Object.hasOwn(relations, this.#relation) ? relations[this.#relation] : null;
      const leadsThere = [value].flat().some((name) => typeof name === 'string' && this.#targets.has(name));
      if (!leadsThere || this.#seen.has(identifier)) continue;
      this.#seen.add(identifier);
      keepFirst(this.#sample, { identifier, title: title ?? null }, SAMPLE_SIZE, (one) => one.identifier);
    }
  }

  result(): IncomingRelation {
    return {
      blueprint: this.#blueprint,
      relation: this.#relation,
      required: this.#required,
      count: this.#seen.size,
      sample: this.#sample,
    };
  }
}

import { compileMapping } from '../core/extractions.ts';
import type { LeftOutStore } from '../core/left-out.ts';
import type { LeftOut } from '../core/ports.ts';
import type { PreparedCatalog } from '../core/prepared-catalog.ts';
import { ProblemBook } from '../core/problem-book.ts';
import { creates, type Extraction } from '../core/run.ts';
import type { AskPort } from './explain/ask-port.ts';
import type { ExplainParts } from './explain/parts.ts';
import { isUnique, nameFor, patternOf } from './explain/places.ts';
import { type FoundName, hrefOf } from './found-names.ts';
import { matcherOf } from './name-match.ts';

/** More are not looked at for one search. */
const MAX_MATCHES = 50;

const VERDICT_OF = { filtered: 'missing_filtered', rejected: 'missing_rejected' } as const;

/** An entity that an item would be. */
interface WouldBe {
  readonly left: LeftOut;
  readonly blueprint: string;
  readonly identifier: string;
}

/**
 * Items that the last resync read and of which the mapping made no entity; with the name that the entity would have, where
 * the mapping builds it from the place of the item.
 */
export async function findLeftOut(
  parts: ExplainParts,
  { port, prepared }: { readonly port: AskPort; readonly prepared: Pick<PreparedCatalog, 'mapping' | 'mappingOrigin'> },
  store: Pick<LeftOutStore, 'all'>,
  q: string,
  signal: AbortSignal,
): Promise<readonly FoundName[]> {
  const matches = matcherOf(q);
  const all = (await store.all()).flatMap(({ items }) => items);
  const named = all.filter(({ label, place }) => [label, ...Object.values(place)].some(matches)).slice(0, MAX_MATCHES);
  if (named.length === 0) return [];
  const { mapping, mappingOrigin } = prepared;
  const { extractions } = await compileMapping(parts, mapping, mappingOrigin, new ProblemBook(), signal);
  const known: WouldBe[] = [];
  for (const left of named) known.push(...(await namesOf(left, extractions, signal)));
  const existing = await existingOf(known, port, signal);
  return named.flatMap((left) => {
    const entities = known.filter((one) => one.left === left);
    return entities.length === 0 ? [ofItem(left)] : entities.map((one) => ofEntity(one, existing));
  });
}

/** The entities that entries of the item's kind would make of it. */
async function namesOf(
  left: LeftOut,
  extractions: readonly Extraction[],
  signal: AbortSignal,
): Promise<readonly WouldBe[]> {
  const names = new Map<string, WouldBe>();
  for (const extraction of extractions) {
    if (extraction.kind.name !== left.kind || !creates(extraction)) continue;
    for (const blueprint of extraction.program.blueprints) {
      if (blueprint === null) continue;
      const pattern = await patternOf(extraction, blueprint, signal);
      if (pattern === undefined || !isUnique(pattern, extraction)) continue;
      const identifier = nameFor(pattern, left.place);
      if (identifier !== undefined) names.set(JSON.stringify([blueprint, identifier]), { left, blueprint, identifier });
    }
  }
  return [...names.values()];
}

/** Which of them Port has after all: another entry, or a run before, has given them. */
async function existingOf(known: readonly WouldBe[], port: AskPort, signal: AbortSignal) {
  const existing = new Map<string, ReadonlySet<string>>();
  for (const blueprint of new Set(known.map((one) => one.blueprint))) {
    const identifiers = known.filter((one) => one.blueprint === blueprint).map(({ identifier }) => identifier);
    const found = await port.existing(blueprint, [...new Set(identifiers)], signal);
    if (found !== undefined) existing.set(blueprint, found);
  }
  return existing;
}

function ofEntity(
  { left, blueprint, identifier }: WouldBe,
  existing: ReadonlyMap<string, ReadonlySet<string>>,
): FoundName {
  const inPort = existing.get(blueprint)?.has(identifier) ?? false;
  return {
    ...{ blueprint, identifier, title: null, inPort, href: hrefOf(blueprint, identifier) },
    verdict: inPort ? null : VERDICT_OF[left.outcome],
    detail: `${left.label}: ${left.detail}`,
  };
}

function ofItem({ label, outcome, detail }: LeftOut): FoundName {
  return {
    ...{ blueprint: null, identifier: label, title: null, inPort: false, href: null },
    ...{ verdict: VERDICT_OF[outcome], detail },
  };
}

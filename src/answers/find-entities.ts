import { literalText } from '../core/expression/prepare.ts';
import type { Journal } from '../core/journal.ts';
import type { LeftOutStore } from '../core/left-out.ts';
import type { Mapping } from '../core/model.ts';
import type { RunQueue } from '../core/run-queue.ts';
import { ownerOf } from '../port/ownership.ts';
import type { FoundEntity } from '../port/search.ts';
import { AskPort } from './explain/ask-port.ts';
import type { ExplainParts } from './explain/parts.ts';
import { findCollided, findInJournal } from './find-in-runs.ts';
import { findLeftOut } from './find-left-out.ts';
import { type FoundName, type FoundNames, hrefOf } from './found-names.ts';
import { bestFirst } from './name-match.ts';

/** More are not found at once. */
const MAX_FOUND = 50;

export interface FindMemory {
  readonly queue: Pick<RunQueue, 'list'>;
  readonly journal: Pick<Journal, 'runs' | 'page'>;
  /** Missing: nobody has kept what resyncs left out. */
  readonly leftOut?: Pick<LeftOutStore, 'all'> | undefined;
}

/**
 * Finds entities by a part of their identifier or title: those in Port, in the blueprints that the mapping writes, and those
 * that are not there, with why: from what the last resyncs left out, from the journal, and from the last report.
 */
export async function findEntities(
  parts: ExplainParts,
  { queue, journal, leftOut }: FindMemory,
  q: string,
  signal: AbortSignal,
): Promise<FoundNames> {
  const port = new AskPort(parts, signal);
  const found = new Map<string, FoundName>();
  const add = (one: FoundName) => {
    const key = JSON.stringify([one.blueprint, one.identifier]);
    if (!found.has(key)) found.set(key, one);
  };
  const unknown: string[] = [];
  const note = async (what: string, look: () => Promise<readonly FoundName[]>) => {
    try {
      for (const one of await look()) add(one);
    } catch (error) {
      signal.throwIfAborted();
      unknown.push(`${what} could not be asked: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const prepared = await port.prepare();
  const { blueprints, computed } = blueprintsOf(prepared.mapping);
  const lists = await Promise.all(blueprints.map((blueprint) => searchPort(parts, port, blueprint, q)));
  for (const list of lists) for (const one of list) add(one);
  await note('the journal', () => findInJournal(journal, q, signal));
  if (leftOut) await note('what resyncs left out', () => findLeftOut(parts, { port, prepared }, leftOut, q, signal));
  else unknown.push('What the mapping leaves out is not kept here (RUN_HISTORY=off)');
  await note('the last run', () => findCollided(queue, q));
  if (computed.length > 0)
    unknown.push(
      `The mapping computes the blueprint of some entities (${computed.join(', ')}); those were not searched`,
    );
  if (port.failure !== undefined) unknown.unshift(`Port could not be asked: ${port.failure}`);
  const all = bestFirst([...found.values()], q);
  return parts.withoutSecrets({
    q,
    entities: all.slice(0, MAX_FOUND),
    more: all.length > MAX_FOUND || lists.some((list) => list.length >= MAX_FOUND),
    unknown,
  });
}

/** The blueprints that the mapping names, and the paths of the entries that compute theirs. */
function blueprintsOf({ entries }: Mapping) {
  const names = new Set<string>();
  const computed: string[] = [];
  for (const { path, templates } of entries) {
    for (const { blueprint } of templates) {
      const name = literalText(blueprint);
      if (name === null) computed.push(path);
      else names.add(name);
    }
  }
  return { blueprints: [...names], computed: [...new Set(computed)] };
}

async function searchPort(
  parts: ExplainParts,
  port: AskPort,
  blueprint: string,
  q: string,
): Promise<readonly FoundName[]> {
  const entities = await port.named(blueprint, q, MAX_FOUND);
  return entities.map((entity) => foundInPort(parts, entity));
}

function foundInPort({ ourNames }: ExplainParts, { blueprint, identifier, title, datasource }: FoundEntity): FoundName {
  const owner = ownerOf(datasource, ourNames);
  const isForeign = owner !== undefined && !owner.isOurs;
  return {
    ...{ blueprint, identifier, title: title ?? null, inPort: true },
    verdict: isForeign ? 'foreign' : null,
    detail: isForeign ? `${owner.name} wrote it` : null,
    href: hrefOf(blueprint, identifier),
  };
}

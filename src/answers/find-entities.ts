import { titleOf } from '../core/change-rows.ts';
import { literalText } from '../core/expression/prepare.ts';
import type { Journal, JournalRow } from '../core/journal.ts';
import type { RunQueue } from '../core/run-queue.ts';
import { searchByName } from '../port/lookup.ts';
import { ownerOf } from '../port/ownership.ts';
import { AskPort } from './explain/ask-port.ts';
import type { Verdict } from './explain/document.ts';
import type { ExplainParts } from './explain/parts.ts';

/** More are not found at once. */
const MAX_FOUND = 50;
/** How many runs are looked through for what is not in Port. */
const MAX_RUNS = 10;
const MAX_ROWS_PER_RUN = 100;

/** Something that matches a search for names. */
export interface FoundName {
  /** null: the mapping made no entity of the item, so that only the item has a name. */
  readonly blueprint: string | null;
  readonly identifier: string;
  readonly title: string | null;
  readonly inPort: boolean;
  /** What is the matter with it, where that is known without asking further. */
  readonly verdict: Verdict | null;
  readonly detail: string | null;
  /** Where it is explained. */
  readonly href: string | null;
}

export interface FoundNames {
  readonly q: string;
  readonly entities: readonly FoundName[];
  /** Whether there may be more than `entities` has. */
  readonly more: boolean;
  /** What could not be asked, in sentences. */
  readonly unknown: readonly string[];
}

export interface FindMemory {
  readonly queue: Pick<RunQueue, 'list'>;
  readonly journal: Pick<Journal, 'runs' | 'page'>;
}

/**
 * Finds entities by a part of their identifier or title: those in Port, in the blueprints that the mapping writes, and those
 * that are not there, with why: from the journal, and from the problems of the last resync.
 */
export async function findEntities(
  parts: ExplainParts,
  { queue, journal }: FindMemory,
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
  const inPort = await searchPort(parts, port, q);
  for (const one of inPort) add(one);
  const note = async (what: string, look: () => Promise<readonly FoundName[]>) => {
    try {
      for (const one of await look()) add(one);
    } catch (error) {
      signal.throwIfAborted();
      unknown.push(`${what} could not be asked: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  await note('the journal', () => searchJournal(journal, q, signal));
  await note('the last run', () => searchReport(queue, q));
  if (port.failure !== undefined) unknown.unshift(`Port could not be asked: ${port.failure}`);
  const all = [...found.values()];
  return parts.withoutSecrets({
    q,
    entities: all.slice(0, MAX_FOUND),
    more: all.length > MAX_FOUND || inPort.length >= MAX_FOUND,
    unknown,
  });
}

/** Where an entity is explained. */
function hrefOf(blueprint: string, identifier: string): string {
  return `/v1/entities/${encodeURIComponent(blueprint)}/${encodeURIComponent(identifier)}`;
}

async function searchPort(parts: ExplainParts, port: AskPort, q: string): Promise<readonly FoundName[]> {
  const { mapping } = await port.prepare();
  const templates = mapping.entries.flatMap((entry) => entry.templates);
  const blueprints = new Set(templates.map(({ blueprint }) => literalText(blueprint)).filter((name) => name !== null));
  const found: FoundName[] = [];
  for (const blueprint of blueprints) {
    if (found.length >= MAX_FOUND) break;
    const entities = await port.ask(`the entities of ${blueprint}`, (_, signal) =>
      searchByName(parts.portApi, blueprint, q, MAX_FOUND - found.length, signal),
    );
    for (const { identifier, title, datasource } of entities ?? []) {
      const owner = ownerOf(datasource, parts.ourNames);
      const isForeign = owner !== undefined && !owner.isOurs;
      found.push({
        ...{ blueprint, identifier, title: title ?? null, inPort: true },
        verdict: isForeign ? 'foreign' : null,
        detail: isForeign ? `${owner.name} wrote it` : null,
        href: hrefOf(blueprint, identifier),
      });
    }
  }
  return found;
}

/** What runs did with entities that Port does not have (any more). The newest row of an entity counts. */
async function searchJournal(
  journal: FindMemory['journal'],
  q: string,
  signal: AbortSignal,
): Promise<readonly FoundName[]> {
  const seen = new Map<string, FoundName>();
  const runs = (await journal.runs()).filter(({ mode }) => mode !== 'plan');
  for (const { runId } of runs.slice(0, MAX_RUNS)) {
    signal.throwIfAborted();
    const { rows } = await journal.page(runId, { q }, null, MAX_ROWS_PER_RUN);
    for (const row of rows) {
      const key = JSON.stringify([row.blueprint, row.identifier]);
      if (!seen.has(key)) seen.set(key, foundInJournal(row, runId));
    }
  }
  return [...seen.values()];
}

function foundInJournal(row: JournalRow, runId: string): FoundName {
  const { blueprint, identifier, action, outcome } = row;
  const fate = fateOf(row);
  return {
    ...{ blueprint, identifier, title: titleOf(row), verdict: fate },
    // Port did not find it just now, unless its deletion was held back and its name does not match.
    inPort: outcome === 'held_back',
    detail: `${action} ${outcome} by run ${runId}${reasonOf(row)}`,
    href: hrefOf(blueprint, identifier),
  };
}

function fateOf({ action, outcome, reason }: JournalRow): Verdict | null {
  if (outcome === 'held_back') return 'stale_held_back';
  if (outcome === 'refused' && action === 'create') return 'missing_refused';
  if (outcome === 'done' && action === 'delete')
    return reason === 'filtered' ? 'missing_filtered' : 'missing_no_source';
  return null;
}

function reasonOf({ error, detail }: JournalRow): string {
  if (error) return `: ${error.code}: ${error.message}`;
  return detail === undefined ? '' : `: ${detail}`;
}

/** Items of which the last resync made no entity. Its report has a few names for each problem. */
async function searchReport(queue: FindMemory['queue'], q: string): Promise<readonly FoundName[]> {
  const records = await queue.list(MAX_FOUND);
  const last = records.find((record) => record.state === 'finished' && record.report.mode === 'resync');
  if (last?.state !== 'finished') return [];
  const wanted = q.toLowerCase();
  return last.report.problems.flatMap(({ code, message, samples }) => {
    const verdict = VERDICT_OF[code];
    if (verdict === undefined) return [];
    const named = samples.filter((sample) => sample.toLowerCase().includes(wanted));
    return named.map((identifier) => ({
      ...{ blueprint: null, identifier, title: null, inPort: false, verdict, href: null },
      detail: message,
    }));
  });
}

const VERDICT_OF: { readonly [code: string]: Verdict } = {
  item_rejected: 'missing_rejected',
  identifier_collision: 'missing_collided',
};

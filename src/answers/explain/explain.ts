import { isAbort, messageOf } from '../../core/errors.ts';
import { compileMapping } from '../../core/extractions.ts';
import { encodeIdentifier } from '../../core/identifier.ts';
import type { Catalog } from '../../core/ports.ts';
import { ProblemBook } from '../../core/problem-book.ts';
import { creates, type Extraction, extractionsWriting } from '../../core/run.ts';
import { systemsOf } from '../../core/source.ts';
import { ownerOf } from '../../port/ownership.ts';
import type { FoundEntity } from '../../port/search.ts';
import { absenceOf, isBeforeWindow } from './absence.ts';
import { AskPort } from './ask-port.ts';
import type { ExplainedRead, Explanation, PortCopy, Recall, Recollection } from './document.ts';
import { type Facts, refusalOf } from './facts.ts';
import { type Findings, type FoundItem, findItems, type Wanted } from './find-items.ts';
import { judge } from './judge.ts';
import type { ExplainParts } from './parts.ts';
import { relationsOf } from './relations.ts';
import { selectionOf } from './selection.ts';
import { simulate } from './simulate.ts';
import { SourceReads } from './source-reads.ts';
import { sourcesOf } from './sources.ts';

/** The name of a cluster kind, by which the clusters in identifiers are told apart. */
const CLUSTERS = 'komodorCluster';

/**
 * Explains one entity: asks Port for it, asks Komodor for its items (a handful of requests where the identifier or Port's copy
 * tells the place), and lets the engine's own steps say what a resync would do.
 * @param recall what the service remembers; missing: there is none to ask
 * @throws AppError when the mapping cannot be read at all, and on abort
 */
export async function explain(
  parts: ExplainParts,
  asked: { readonly blueprint: string; readonly identifier: string },
  recall: Recall | undefined,
  signal: AbortSignal,
): Promise<Explanation> {
  const { blueprint } = asked;
  const port = new AskPort(parts, signal);
  const prepared = await port.prepare();
  const shape = await port.ask('the blueprint', (catalog) => catalog.blueprint(blueprint, signal));
  const { mapping } = prepared;
  const problems = new ProblemBook();
  const compiled = await compileMapping(parts, mapping, prepared.mappingOrigin, problems, signal);
  const { extractions, disabled } = compiled;
  const writing = extractionsWriting(extractions, blueprint);
  const stored = shape && (await port.find(shape, namesOf(asked.identifier)));
  const identifier = stored?.identifier ?? namesOf(asked.identifier)[0] ?? asked.identifier;
  const isUnknown = shape === undefined && port.failure === undefined;
  const resembling = stored ? [] : await port.resembling(blueprint, asked.identifier, shape !== undefined);

  const wanted: Wanted = { blueprint, identifier, stored, resembles: resembling.length > 0 };
  const reads = new SourceReads(signal);
  const findings = isUnknown ? [] : await findAll(parts, writing, wanted, reads, signal);
  const selection = await selectionOf(findings, wanted, signal);
  const owner = ownerOf(stored?.datasource, parts.ourNames);
  const ours = owner?.isOurs === false ? undefined : stored;
  const { given } = selection;
  const engine = (catalog: Catalog) =>
    simulate({ ...parts, catalog }, prepared, extractions, { given, stored: ours, wanted }, signal);
  const simulation = shape && given.length > 0 ? await port.ask('what a resync would write', engine) : undefined;
  const shown = uniqueItems(findings.flatMap(({ giving, rejected, others }) => [...giving, ...rejected, ...others]));
  const sources = await sourcesOf(parts, mapping, shape, shown, signal);
  const relations = await relationsOf(port, shape, { stored, sources, wanted }, signal);
  const memory = await recollect(recall, blueprint, identifier, signal);

  const facts: Facts = {
    ...{ blueprint, identifier, portFailure: port.failure, shape, stored, owner, simulation, ...selection },
    given: [...new Set(given.flatMap(({ items }) => items.map(({ label }) => label)))],
    unread: reads.notes.filter(({ complete }) => !complete),
    writing: writing.length,
    systems: systemsOf((writing.length === 0 ? extractions : writing).map(({ kind }) => kind)),
    creating: writing.filter(creates).map(({ kind }) => kind.name),
    disabled: disabled.find(({ blueprints }) => blueprints === null || blueprints.includes(blueprint)),
    refusal: refusalOf(simulation?.change, shape),
    resembling: resembling.length,
    absence: absenceOf(writing, stored, parts.now()),
    recollection: memory.recollection,
    threshold: mapping.flags.entityDeletionThreshold,
  };
  return parts.withoutSecrets({
    ...{ blueprint, identifier, ...judge(facts), sources, relations, resembling },
    reads: [...port.notes, ...reads.notes, ...memory.notes],
    port: stored ? copyOf(stored, owner?.name) : null,
    history: memory.recollection?.history ?? [],
  });
}

function copyOf(stored: FoundEntity, owner: string | undefined): PortCopy {
  const { title, icon, team, properties, relations, updatedAt } = stored;
  return {
    entity: { title: title ?? null, icon: icon ?? null, team: team ?? null, properties, relations },
    owner: owner ?? null,
    updatedAt: updatedAt ?? null,
  };
}

/** The names under which Port may have it: as it was given, and as a resync would spell it. */
function namesOf(identifier: string): readonly string[] {
  // What has only letters that Port allows may be as Port has it; `=` begins an escape there.
  const letters = identifier.replaceAll('=', '');
  const isSpelt = encodeIdentifier(letters) === letters;
  return isSpelt ? [identifier] : [encodeIdentifier(identifier)];
}

async function findAll(
  parts: ExplainParts,
  writing: readonly Extraction[],
  wanted: Wanted,
  reads: SourceReads,
  signal: AbortSignal,
): Promise<readonly Findings[]> {
  let asking: Promise<readonly string[] | undefined> | undefined;
  const clusters = () => {
    asking ??= clusterNames(parts, reads);
    return asking;
  };
  const found: Findings[] = [];
  for (const extraction of [...writing.filter(creates), ...writing.filter((one) => !creates(one))]) {
    // What only adds fields gives nothing for an entity that is not there.
    if (!creates(extraction) && !wanted.stored && found.every(({ giving }) => giving.length === 0)) continue;
    if (wanted.stored && isBeforeWindow(extraction, wanted.stored, parts.now())) {
      reads.note(extraction.kind.name, true, 'not read: the entity is older than what is read');
      continue;
    }
    found.push(
      await findItems(extraction, wanted, { mapper: parts.mapper, reads, clusters, siblings: writing }, signal),
    );
  }
  return found;
}

async function clusterNames({ kinds }: ExplainParts, reads: SourceReads): Promise<readonly string[] | undefined> {
  const kind = kinds.get(CLUSTERS);
  const selected = kind?.select({});
  if (!kind || !selected || !('listing' in selected)) return undefined;
  const before = reads.notes.length;
  const { items, complete } = await reads.read(kind, 'the names of the clusters', (signal) =>
    selected.listing.read(signal),
  );
  // That the clusters are unknown only makes the search wider.
  if (!complete) reads.notes.length = before;
  return complete ? items.flatMap(({ value: { name } }) => (typeof name === 'string' ? [name] : [])) : undefined;
}

function uniqueItems(found: readonly FoundItem[]): readonly FoundItem[] {
  const byKey = new Map(found.map((one) => [`${one.extraction.kind.name} ${one.item.key}`, one]));
  return [...byKey.values()];
}

async function recollect(
  recall: Recall | undefined,
  blueprint: string,
  identifier: string,
  signal: AbortSignal,
): Promise<{ readonly recollection: Recollection | undefined; readonly notes: readonly ExplainedRead[] }> {
  if (!recall) return { recollection: undefined, notes: [] };
  try {
    const recollection = await recall(blueprint, identifier, signal);
    return { recollection, notes: [] };
  } catch (error) {
    if (isAbort(error, signal)) throw error;
    const detail = `what runs did with it is not known: ${messageOf(error)}`;
    return { recollection: undefined, notes: [{ kind: 'history', complete: false, detail }] };
  }
}

import { type BlueprintDocument, COMPUTED, type ComputedSection, WORD } from './blueprint-documents.ts';

/** Reads a blueprint in Port; undefined when there is none. */
type ReadBlueprint = (identifier: string) => Promise<BlueprintDocument | undefined>;

/** A computed property of ours that Port does not have. */
export interface MissingComputed {
  readonly section: ComputedSection;
  readonly id: string;
  /** What it builds on and Port does not have, as a sentence; undefined when nothing stands in the way. */
  readonly lacks: string | undefined;
}

/** Looks at what the computed properties of a blueprint build on: relations and other blueprints. */
export async function missingComputed(
  theirs: BlueprintDocument,
  ours: BlueprintDocument,
  read: ReadBlueprint,
): Promise<readonly MissingComputed[]> {
  const taken = [theirs.schema.properties, ...COMPUTED.map((section) => theirs[section])];
  const missing: MissingComputed[] = [];
  for (const section of COMPUTED) {
    for (const id of Object.keys(ours[section])) {
      if (taken.some((list) => Object.hasOwn(list, id))) continue;
      missing.push({ section, id, lacks: await lackOf(theirs, ours, section, id, read) });
    }
  }
  return missing;
}

/** What messages call a computed property. */
export function nameOf({ section, id }: Pick<MissingComputed, 'section' | 'id'>): string {
  return `${WORD[section]} ${id}`;
}

async function lackOf(
  theirs: BlueprintDocument,
  ours: BlueprintDocument,
  section: ComputedSection,
  id: string,
  read: ReadBlueprint,
): Promise<string | undefined> {
  if (section === 'calculationProperties') return undefined;
  if (section === 'mirrorProperties') {
    const path = ours.mirrorProperties[id]?.path.split('.').slice(0, -1) ?? [];
    return lackOfPath(theirs.identifier, path, read);
  }
  const { target = '', pathFilter = [] } = ours.aggregationProperties[id] ?? {};
  if (target !== theirs.identifier && !(await read(target))) return `Port has no blueprint ${target}`;
  for (const { path, fromBlueprint = theirs.identifier } of pathFilter) {
    const lack = await lackOfPath(fromBlueprint, path, read);
    if (lack) return lack;
  }
  return undefined;
}

async function lackOfPath(from: string, path: readonly string[], read: ReadBlueprint): Promise<string | undefined> {
  let at = from;
  for (const relation of path) {
    const blueprint = await read(at);
    if (!blueprint) return `Port has no blueprint ${at}`;
    const next = Object.hasOwn(blueprint.relations, relation) ? blueprint.relations[relation]?.target : undefined;
    if (next === undefined) return `blueprint ${at} has no relation ${relation} in Port`;
    at = next;
  }
  return undefined;
}

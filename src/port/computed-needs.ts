import { COMPUTED_SECTIONS, type ComputedSection, type PortBlueprint, SECTION_WORD } from './blueprint-documents.ts';

/** Reads a blueprint in Port; undefined when there is none. */
type ReadBlueprint = (identifier: string) => Promise<PortBlueprint | undefined>;

/** A computed property of ours that Port does not have. */
export interface MissingComputed {
  readonly section: ComputedSection;
  readonly id: string;
  /** What it needs and Port does not have, as a sentence; undefined when it can be added. */
  readonly missingBasis: string | undefined;
}

/** Our computed properties that Port does not have, each with what it needs: relations and other blueprints. */
export async function missingComputed(
  theirs: PortBlueprint,
  ours: PortBlueprint,
  read: ReadBlueprint,
): Promise<readonly MissingComputed[]> {
  const taken = [theirs.schema.properties, ...COMPUTED_SECTIONS.map((section) => theirs[section])];
  const missing: MissingComputed[] = [];
  for (const section of COMPUTED_SECTIONS) {
    for (const id of Object.keys(ours[section])) {
      if (taken.some((list) => Object.hasOwn(list, id))) continue;
      missing.push({ section, id, missingBasis: await missingBasisOf(theirs, ours, section, id, read) });
    }
  }
  return missing;
}

/** The name of a computed property in messages. */
export function nameOf({ section, id }: Pick<MissingComputed, 'section' | 'id'>): string {
  return `${SECTION_WORD[section]} ${id}`;
}

async function missingBasisOf(
  theirs: PortBlueprint,
  ours: PortBlueprint,
  section: ComputedSection,
  id: string,
  read: ReadBlueprint,
): Promise<string | undefined> {
  if (section === 'calculationProperties') return undefined;
  if (section === 'mirrorProperties') {
    const path = ours.mirrorProperties[id]?.path.split('.').slice(0, -1) ?? [];
    return missingBasisOfPath(theirs.identifier, path, read);
  }
  const { target = '', pathFilter = [] } = ours.aggregationProperties[id] ?? {};
  if (target !== theirs.identifier && !(await read(target))) return `Port has no blueprint ${target}`;
  for (const { path, fromBlueprint = theirs.identifier } of pathFilter) {
    const lack = await missingBasisOfPath(fromBlueprint, path, read);
    if (lack) return lack;
  }
  return undefined;
}

async function missingBasisOfPath(
  from: string,
  path: readonly string[],
  read: ReadBlueprint,
): Promise<string | undefined> {
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

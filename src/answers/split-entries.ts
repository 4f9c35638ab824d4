import type { EntityTemplate, JsonObject, Kind, Mapping, RawItem, ResourceEntry } from '../core/model.ts';
import type { MappedRow, Mapper, MappingProblem, Program } from '../core/ports.ts';
import type { KindBook, Listing } from '../core/source.ts';

/** One template of an entry, as an entry of its own: a mapped row says of which entry it is, but not of which template. */
export interface TemplateEntry {
  readonly entry: ResourceEntry;
  readonly template: EntityTemplate;
  /** Its name for people: the path of the entry, or of the template when the entry has several. */
  readonly name: string;
  readonly listing: Listing;
  /** Why the whole entry cannot be used; undefined: it can. */
  readonly unusable: string | undefined;
  /** Expressions that do not compile. */
  readonly broken: readonly MappingProblem[];
  /** Gives the list of itemsToParse as the property `LIST`. */
  readonly lister: ResourceEntry | undefined;
}

export interface CompiledEntries {
  readonly parts: readonly TemplateEntry[];
  readonly programs: readonly Program[];
}

/** The property in which a lister gives the list of itemsToParse. */
const LIST = 'list';

/** Compiles the entries of a kind, template by template. Entries with the same listing are one program, as in a run. */
export async function compileByTemplate(
  { mapper, kinds }: { readonly mapper: Mapper; readonly kinds: Pick<KindBook, 'get'> },
  mapping: Mapping,
  kind: Kind,
): Promise<CompiledEntries> {
  const groups = new Map<string, { entry: ResourceEntry; listing: Listing }[]>();
  for (const entry of mapping.entries.filter((one) => one.kind === kind)) {
    const selected = kinds.get(kind)?.select(entry.selector);
    if (selected === undefined || 'complaints' in selected) continue; // shown by `disabledIn`
    const group = groups.get(selected.listing.key) ?? [];
    groups.set(selected.listing.key, [...group, { entry, listing: selected.listing }]);
  }
  const compiled = await Promise.all([...groups.values()].map((group) => compileGroup(mapper, group)));
  return {
    parts: compiled.flatMap(({ parts }) => parts).sort((a, b) => orderOf(mapping, a) - orderOf(mapping, b)),
    programs: compiled.map(({ program }) => program),
  };
}

/** The entries of a kind that cannot be used at all, with the reason. */
export function disabledIn(
  kinds: Pick<KindBook, 'get'>,
  mapping: Mapping,
  kind: Kind,
): readonly { readonly path: string; readonly message: string }[] {
  const wrong = mapping.entries.flatMap((entry) => {
    if (entry.kind !== kind) return [];
    const selected = kinds.get(kind)?.select(entry.selector);
    if (selected === undefined || !('complaints' in selected)) return [];
    return [{ path: entry.path, message: selected.complaints.map((one) => `selector.${one}`).join('; ') }];
  });
  return [...mapping.disabled.filter((one) => one.kind === kind), ...wrong];
}

function orderOf(mapping: Mapping, part: TemplateEntry): number {
  return mapping.entries.findIndex(({ path }) => path === part.entry.path);
}

async function compileGroup(mapper: Mapper, group: readonly { entry: ResourceEntry; listing: Listing }[]) {
  const split = group.flatMap(({ entry, listing }) => {
    const lister = entry.itemsToParse && listerOf(entry, entry.itemsToParse.expression);
    return entry.templates.map((template) => ({
      entry: { ...entry, templates: [template] },
      template,
      name: entry.templates.length === 1 ? entry.path : template.path,
      listing,
      lister,
    }));
  });
  const listers = new Set(split.flatMap(({ lister }) => (lister === undefined ? [] : [lister])));
  const { program, problems } = await mapper.compile([...split.map(({ entry }) => entry), ...listers]);
  const parts = split.map((part): TemplateEntry => {
    // In a run, one template that cannot be used costs the whole entry.
    const fatal = problems.find(({ costs, entry }) => costs === 'entry' && entry.path === part.entry.path);
    const broken = problems.filter(({ entry }) => entry === part.entry);
    return { ...part, unusable: fatal && `${fatal.path}: ${fatal.message}`, broken };
  });
  return { parts, program };
}

function listerOf(entry: ResourceEntry, expression: string): ResourceEntry {
  const { itemsToParse: _, ...rest } = entry;
  const properties = { [LIST]: expression };
  const template = { path: '', identifier: '"list"', blueprint: '"list"', properties, relations: {} };
  return { ...rest, selectorQuery: 'true', templates: [template] };
}

/** The elements of itemsToParse for an item. */
export function elementsOf(lister: ResourceEntry, rows: readonly MappedRow[]): readonly unknown[] {
  const row = rows.find(({ entry }) => entry === lister);
  const list = row?.type === 'entity' ? row.entity.properties[LIST] : undefined;
  return Array.isArray(list) ? list : [];
}

/** An item with an element of its list, as the expressions of the entry see it. */
export function withElement(item: RawItem, entry: ResourceEntry, element: unknown): JsonObject {
  return entry.itemsToParse === undefined ? item.value : { ...item.value, [entry.itemsToParse.name]: element };
}

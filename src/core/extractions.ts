import { IDENTIFIER_PROPERTY, type Locator } from './blueprint-state.ts';
import { type Code, isAbort } from './errors.ts';
import { literalText } from './expression/prepare.ts';
import type { DisabledEntry, Mapping, ResourceEntry } from './model.ts';
import type { Ports, Program } from './ports.ts';
import type { ProblemBook } from './problem-book.ts';
import type { Extraction } from './run.ts';
import type { KindBook, SourceKind } from './source.ts';
import { timeOf } from './time.ts';

/** The mapping, ready to run. */
export interface CompiledMapping {
  readonly extractions: readonly Extraction[];
  /** All entries that cannot be used, including those that were disabled when the mapping was parsed. */
  readonly disabled: readonly DisabledEntry[];
}

/** Something wrong with an entry of the mapping. */
export interface MappingComplaint {
  readonly code: Extract<Code, 'mapping_file_invalid' | 'expression_invalid' | 'expression_doubtful'>;
  readonly severity: 'error' | 'warning';
  readonly path: string;
  readonly message: string;
}

/** Compiles the mapping (see `compilePrograms`), reports complaints, and learns the locators of each program. */
export async function compileMapping(
  ports: Pick<Ports, 'kinds' | 'mapper'>,
  mapping: Mapping,
  origin: string,
  problems: ProblemBook,
  signal: AbortSignal,
): Promise<CompiledMapping> {
  const { programs, disabled, complaints } = await compilePrograms(ports, mapping);
  for (const { code, severity, path, message } of complaints) {
    const sentence = `${path}: ${message}`;
    problems.add({ code, severity, group: sentence, message: `${origin}: ${sentence}`, place: { field: path } });
  }
  const extractions: Extraction[] = [];
  for (const { kind, listing, program } of programs) {
    const locators = await learnLocators(program, kind.probe, signal);
    extractions.push({ kind, listing, program, locators });
  }
  return { extractions, disabled };
}

/**
 * Compiles the mapping. Entries of a kind with the same listing become one program and are read once. Entries that cannot
 * be used are disabled. Nothing is run.
 */
export async function compilePrograms(
  ports: { readonly kinds: Pick<KindBook, 'get'>; readonly mapper: Ports['mapper'] },
  mapping: Mapping,
): Promise<{
  programs: readonly Omit<Extraction, 'locators'>[];
  disabled: readonly DisabledEntry[];
  complaints: readonly MappingComplaint[];
}> {
  const disabled = [...mapping.disabled];
  const complaints: MappingComplaint[] = [];
  const groups = new Map<string, Group>();
  for (const entry of mapping.entries) {
    const kind = ports.kinds.get(entry.kind);
    // Parsing the mapping has refused unknown kinds.
    if (!kind) throw new Error(`there is no kind ${entry.kind}`);
    const selected = kind.select(entry.selector);
    if ('complaints' in selected) {
      complaints.push(...selected.complaints.map((text) => selectorComplaint(entry, text)));
      disabled.push(disable(entry, selected.complaints.join('; ')));
      continue;
    }
    const key = `${kind.name} ${selected.listing.key}`;
    const group = groups.get(key) ?? { kind, listing: selected.listing, entries: [] };
    groups.set(key, { ...group, entries: [...group.entries, entry] });
  }

  const programs: Omit<Extraction, 'locators'>[] = [];
  for (const { kind, listing, entries } of groups.values()) {
    const { program, problems, warnings } = await ports.mapper.compile(entries);
    const add = (code: MappingComplaint['code'], severity: MappingComplaint['severity'], found: typeof warnings) =>
      complaints.push(...found.map(({ path, message }) => ({ code, severity, path, message })));
    add('expression_invalid', 'error', problems);
    add('expression_doubtful', 'warning', warnings);
    for (const { entry, message, costs } of problems) if (costs === 'entry') disabled.push(disable(entry, message));
    if (program.entries.length === 0) continue;
    programs.push({ kind, listing, program });
  }
  return { programs, disabled, complaints };
}

/** @param complaint its first word is the path inside the selector */
function selectorComplaint({ path }: ResourceEntry, complaint: string): MappingComplaint {
  const [, key = '', message = complaint] = /^(\S+): (.*)$/s.exec(complaint) ?? [];
  return {
    code: 'mapping_file_invalid',
    severity: 'error',
    path: key === '' ? `${path}.selector` : `${path}.selector.${key}`,
    message,
  };
}

/** Entries with the same listing. */
interface Group extends Pick<Extraction, 'kind' | 'listing'> {
  readonly entries: readonly ResourceEntry[];
}

/** The blueprints of a disabled entry are known only if all its templates name them as constants. */
function disable(entry: ResourceEntry, message: string): DisabledEntry {
  const blueprints = entry.templates.map(({ blueprint }) => literalText(blueprint));
  const known = blueprints.filter((name) => name !== null);
  return { path: entry.path, kind: entry.kind, blueprints: known.length === blueprints.length ? known : null, message };
}

/** Maps the kind's probe and looks which properties contain the parts of its place. Works for any mapping. */
async function learnLocators(program: Program, { item, place }: SourceKind['probe'], signal: AbortSignal) {
  const locators = new Map<string, Locator>();
  try {
    const { rows } = await program.mapUnfiltered(item, signal);
    for (const row of rows) {
      if (row.type !== 'entity') continue;
      const { blueprint, properties, identifier } = row.entity;
      const found = Object.entries(place).flatMap(([part, value]) => {
        const kept = Object.entries(properties).find(([, candidate]) => isSame(candidate, value))?.[0];
        const property = kept ?? (identifier === value ? IDENTIFIER_PROPERTY : undefined);
        return property === undefined ? [] : [[part, property] as const];
      });
      locators.set(blueprint, { ...locators.get(blueprint), ...Object.fromEntries(found) });
    }
  } catch (error) {
    // Without locators the confirming read reads everything again, not place by place.
    if (isAbort(error, signal)) throw error;
  }
  return locators;
}

/** Whether a property contains a part of a place. A time may be spelled differently. */
function isSame(candidate: unknown, value: string): boolean {
  if (candidate === value) return true;
  const moment = timeOf(value);
  return moment !== undefined && timeOf(candidate) === moment;
}

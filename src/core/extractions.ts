import { ITS_IDENTIFIER } from './blueprint-state.ts';
import { canonicalJson } from './canonical.ts';
import { isAbort } from './errors.ts';
import { literalText } from './expression/prepare.ts';
import type { DisabledEntry, Mapping, ResourceEntry } from './model.ts';
import type { Addressing, Ports, Program, Source } from './ports.ts';
import type { ProblemBook } from './problem-book.ts';
import type { Extraction, Locator } from './run.ts';

/** The mapping, ready to run. */
export interface CompiledMapping {
  readonly extractions: readonly Extraction[];
  /** Entries that cannot be used, with those that the mapping's reader had disabled already. */
  readonly disabled: readonly DisabledEntry[];
}

/** Compiles the mapping, and learns from each program where the parts of an address come out. See `compilePrograms`. */
export async function compileMapping(
  ports: Pick<Ports, 'source' | 'mapper'>,
  mapping: Mapping,
  origin: string,
  problems: ProblemBook,
  signal: AbortSignal,
): Promise<CompiledMapping> {
  const { programs, disabled } = await compilePrograms(ports, mapping, origin, problems);
  const extractions: Extraction[] = [];
  for (const { query, program } of programs) {
    const locators = await learnLocators(program, ports.source.addressing(query.kind), signal);
    extractions.push({ query, program, locators });
  }
  return { extractions, disabled };
}

/**
 * Compiles the mapping: entries of a kind that ask the source for the same become one program and are read once.
 * What cannot be used is reported and disabled; the rest lives. Nothing is run.
 * @param origin where the mapping was read, for messages
 */
export async function compilePrograms(
  ports: { readonly source: Pick<Source, 'checkSelector' | 'normalSelector'>; readonly mapper: Ports['mapper'] },
  mapping: Mapping,
  origin: string,
  problems: ProblemBook,
): Promise<{ programs: readonly Pick<Extraction, 'query' | 'program'>[]; disabled: readonly DisabledEntry[] }> {
  const disabled = [...mapping.disabled];
  const report = (code: 'mapping_file_invalid' | 'expression_invalid', complaint: string) =>
    problems.add({ code, severity: 'error', group: complaint, message: `${origin}: ${complaint}` });

  const usable: ResourceEntry[] = [];
  for (const entry of mapping.entries) {
    const complaints = ports.source.checkSelector(entry.kind, entry.selector);
    for (const complaint of complaints) report('mapping_file_invalid', `${entry.path}.selector.${complaint}`);
    if (complaints.length === 0) usable.push(entry);
    else disabled.push(disable(entry, complaints.join('; ')));
  }

  const programs: Pick<Extraction, 'query' | 'program'>[] = [];
  for (const entries of groupByQuery(usable, ports.source)) {
    const [first] = entries;
    if (!first) continue;
    const { program, problems: invalid, warnings } = await ports.mapper.compile(entries);
    for (const { path, message } of invalid) report('expression_invalid', `${path}: ${message}`);
    for (const { path, message } of warnings)
      problems.add({
        code: 'expression_doubtful',
        severity: 'warning',
        group: path,
        message: `${origin}: ${path}: ${message}`,
      });
    for (const { entry, message, costs } of invalid) if (costs === 'entry') disabled.push(disable(entry, message));
    if (program.entries.length === 0) continue;
    const { kind, selector } = first;
    programs.push({ query: { kind, selector }, program });
  }
  return { programs, disabled };
}

function groupByQuery(
  entries: readonly ResourceEntry[],
  source: Pick<Source, 'normalSelector'>,
): readonly (readonly ResourceEntry[])[] {
  const groups = new Map<string, ResourceEntry[]>();
  for (const entry of entries) {
    const key = `${entry.kind} ${canonicalJson(source.normalSelector(entry.kind, entry.selector))}`;
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  return [...groups.values()];
}

/** The blueprints of a disabled entry are only known when all its templates name them as plain text. */
function disable(entry: ResourceEntry, message: string): DisabledEntry {
  const blueprints = entry.templates.map(({ blueprint }) => literalText(blueprint));
  const known = blueprints.filter((name) => name !== null);
  return { path: entry.path, kind: entry.kind, blueprints: known.length === blueprints.length ? known : null, message };
}

/** Maps an item with known address values and looks where they come out: independent of how the mapping is written. */
async function learnLocators(program: Program, { probe, parts }: Addressing, signal: AbortSignal) {
  const locators = new Map<string, Locator>();
  try {
    const { rows } = await program.probe(probe, signal);
    for (const row of rows) {
      if (row.type !== 'entity') continue;
      const { blueprint, properties, identifier } = row.entity;
      const found = Object.entries(parts).flatMap(([part, value]) => {
        const kept = Object.entries(properties).find(([, candidate]) => candidate === value)?.[0];
        const property = kept ?? (identifier === value ? ITS_IDENTIFIER : undefined);
        return property === undefined ? [] : [[part, property] as const];
      });
      locators.set(blueprint, { ...locators.get(blueprint), ...Object.fromEntries(found) });
    }
  } catch (error) {
    // Without locators the second witness reads everything again instead of asking place by place.
    if (isAbort(error, signal)) throw error;
  }
  return locators;
}

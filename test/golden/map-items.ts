import type { Entity, Kind, Mapping } from '../../src/core/model.ts';
import type { MappedRow } from '../../src/core/ports.ts';
import { createJqRunner } from '../../src/mapping/jq-runner.ts';
import { createMapper } from '../../src/mapping/mapper.ts';
import { resolveJq } from '../../src/mapping/resolve-jq.ts';

// One jq per process: node-jq is loaded for one only.
const runner = resolveJq().then(createJqRunner);

/** Maps raw items with all entries of a kind, in one go. Throws when an expression does not compile. */
export async function mapItems(
  mapping: Mapping,
  kind: Kind,
  items: readonly { readonly [key: string]: unknown }[],
): Promise<readonly (readonly MappedRow[])[]> {
  const mapper = createMapper({ jq: await runner });
  const { program, problems } = await mapper.compile(mapping.entries.filter((entry) => entry.kind === kind));
  if (problems.length > 0) throw new Error(problems.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  const raw = items.map((value, index) => ({ key: String(index), label: String(index), value }));
  const mapped = await program.map(raw, new AbortController().signal);
  return mapped.map(({ rows }) => rows);
}

/** The entities among rows. */
export function entitiesOf(rows: readonly MappedRow[] = []): readonly Entity[] {
  return rows.flatMap((row) => (row.type === 'entity' ? [row.entity] : []));
}

/** What went wrong in rows, as `path: message`. */
export function failuresOf(rows: readonly MappedRow[] = []): readonly string[] {
  return rows.flatMap((row) => {
    if (row.type === 'rejected') return [`${row.path}: ${row.message}`];
    return row.type === 'entity' ? row.failures.map(({ path, message }) => `${path}: ${message}`) : [];
  });
}

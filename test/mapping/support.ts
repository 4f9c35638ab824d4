import type { EntityTemplate, JsonObject, RawItem, ResourceEntry } from '../../src/core/model.ts';
import type { MappedRow, Mapper } from '../../src/core/ports.ts';
import { createJqRunner } from '../../src/mapping/jq-runner.ts';
import { createMapper, type MapperOptions } from '../../src/mapping/mapper.ts';
import { resolveJq } from '../../src/mapping/resolve-jq.ts';

/** The jq that the product would use on this machine. */
export const jq = await createJqRunner(await resolveJq({ jqPath: process.env.JQ_PATH }));

export const PATH = 'resources[0].port.entity.mappings';
const never = new AbortController().signal;

function template(fields: Partial<EntityTemplate>): EntityTemplate {
  return { path: PATH, identifier: '.id', blueprint: '"thing"', properties: {}, relations: {}, ...fields };
}

export function entry(
  fields: Partial<Omit<ResourceEntry, 'templates'>> = {},
  ...templates: Partial<EntityTemplate>[]
): ResourceEntry {
  return {
    path: 'resources[0]',
    kind: 'komodorService',
    selectorQuery: 'true',
    selector: {},
    templates: (templates.length === 0 ? [{}] : templates).map(template),
    ...fields,
  };
}

export function items(...values: JsonObject[]): RawItem[] {
  return values.map((value, index) => ({ key: `k${index}`, label: `item ${index}`, value }));
}

export async function compile(
  entries: readonly ResourceEntry[],
  options: Partial<MapperOptions> = {},
): ReturnType<Mapper['compile']> {
  return createMapper({ jq, ...options }).compile(entries);
}

/** Maps values with entries and gives the rows per item. Fails when an expression does not compile. */
export async function mapAll(
  entries: readonly ResourceEntry[],
  values: readonly JsonObject[],
  options: Partial<MapperOptions> = {},
): Promise<readonly (readonly MappedRow[])[]> {
  const { program, problems } = await compile(entries, options);
  if (problems.length > 0) throw new Error(problems.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  return (await program.map(items(...values), never)).map(({ rows }) => rows);
}

export function entityOf(row: MappedRow | undefined): Extract<MappedRow, { type: 'entity' }> {
  if (row?.type !== 'entity') throw new Error(`no entity: ${JSON.stringify(row)}`);
  return row;
}

/** Rows without the entry and the template, which are the same objects everywhere. */
export function plain(rows: readonly MappedRow[] | undefined): readonly object[] {
  return (rows ?? []).map((row) => {
    const { entry: _entry, template: _template, ...rest } = { template: undefined, ...row };
    return rest;
  });
}

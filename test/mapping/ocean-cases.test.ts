import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseMapping } from '../../src/config/mapping-schema.ts';
import { parseExactly } from '../../src/core/exact-json.ts';
import type { JsonObject } from '../../src/core/model.ts';
import type { MappedRow } from '../../src/core/ports.ts';
import { createJqRunner, type JqRunner } from '../../src/mapping/jq-runner.ts';
import { createMapper } from '../../src/mapping/mapper.ts';
import { WASM_SCRIPT, WASM_VERSION } from '../../src/mapping/resolve-jq.ts';
import { KOMODOR_NAMES } from '../komodor/kind-names.ts';
import { jq } from './support.ts';

// What port-ocean 0.48.12 on libjq 1.8.2 made of these mappings: the first line of the file is the item, each other one a case.
const object = z.custom<JsonObject>((value) => typeof value === 'object' && value !== null);
const Case = z.strictObject({
  name: z.string(),
  query: z.unknown().optional(),
  /** The keys of itemsToParse. */
  parse: object.optional(),
  fields: object,
  ocean: z.array(object),
  /** What we make of it, where that is something else, and the row of docs/moving-from-ocean.md that says so. */
  here: z.array(object).optional(),
  because: z.string().optional(),
  /** Needs dates that the C library of the WebAssembly jq cannot do (docs/jq.md). */
  native: z.literal(true).optional(),
  item: object.optional(),
});
type Case = z.infer<typeof Case>;

const [itemLine = '', ...lines] = readFileSync(new URL('ocean-cases.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n');
const ITEM = object.parse(parseExactly(itemLine));
const cases = lines.map((line) => Case.parse(parseExactly(line)));
const TEMPLATE = 'resources[0].port.entity.mappings.';

const wasm = { path: WASM_SCRIPT, version: WASM_VERSION, flavour: 'wasm', from: 'jq-wasm' } as const;
const runners = [await createJqRunner(wasm), ...(jq.binary.flavour === 'native' ? [jq] : [])];

describe.each(runners)('beside Port Ocean, on jq of $binary.from', (runner) => {
  it('every mapping gives what it gives there, or what the docs say instead', async () => {
    const chosen = cases.filter(({ native }) => native !== true || runner.binary.flavour === 'native');
    const results = await Promise.all(chosen.map(async (one) => ({ one, here: await map(one, runner) })));
    const surprises = results.flatMap(({ one, here }) => {
      const expected = one.here ?? one.ocean;
      return isDeepStrictEqual(here, expected) ? [] : [{ name: one.name, fields: one.fields, here, expected }];
    });
    expect(chosen.length).toBeGreaterThan(450);
    expect(surprises).toEqual([]);
  });
});

describe('the docs', () => {
  const page = readFileSync(new URL('../../docs/moving-from-ocean.md', import.meta.url), 'utf8');
  it.each([...new Set(cases.flatMap(({ because }) => because ?? []))])('say what differs with %s', (because) => {
    expect(page.toLowerCase()).toContain(`| ${because.toLowerCase()} |`);
  });

  it('are needed by every difference, and only there', () => {
    for (const { name, here, because, ocean } of cases) {
      expect(because === undefined, name).toBe(here === undefined);
      if (here !== undefined) expect(here, name).not.toEqual(ocean);
    }
  });
});

/** The entities of a case, written as Ocean's are in the file. */
async function map(one: Case, runner: JqRunner): Promise<readonly JsonObject[]> {
  const mappings = { identifier: '"x"', blueprint: '"bp"', ...one.fields };
  const port = { ...one.parse, entity: { mappings } };
  const resource = { kind: 'komodorService', selector: { query: one.query ?? 'true' }, port };
  const { mapping } = parseMapping({ resources: [resource] }, 'case', KOMODOR_NAMES);
  const { program, problems } = await createMapper({ jq: runner }).compile(mapping.entries);
  const broken = problems.filter(({ costs }) => costs === 'field').map(({ path }) => path.replace(TEMPLATE, ''));
  const item = { key: one.name, label: one.name, value: one.item ?? ITEM };
  const [mapped] = await program.map([item], new AbortController().signal);
  return (mapped?.rows ?? []).flatMap((row) => entityOf(row, broken));
}

/** Null for what failed, as in Ocean; that it is left alone here is another matter. */
function entityOf(row: MappedRow, broken: readonly string[]): JsonObject[] {
  if (row.type !== 'entity') return [];
  const { properties, relations, ...rest } = row.entity;
  const failed = [...row.failures.map(({ path }) => path), ...broken].map((path) => path.replace(/\.rules.*/, ''));
  const nulls = (folder: string) =>
    failed.flatMap((path) => (path.startsWith(folder) ? [[path.slice(folder.length), null] as const] : []));
  const folders = {
    properties: { ...properties, ...Object.fromEntries(nulls('properties.')) },
    relations: { ...relations, ...Object.fromEntries(nulls('relations.')) },
  };
  const filled = Object.entries(folders).filter(([, fields]) => Object.keys(fields).length > 0);
  const others = failed.filter((path) => !path.includes('.')).map((path) => [path, null] as const);
  return [JSON.parse(JSON.stringify({ ...rest, ...Object.fromEntries([...filled, ...others]) }))];
}

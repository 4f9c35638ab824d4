import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { offlineKinds } from '../../../src/compose/kinds.ts';
import { addOnsAt, loadMappingFiles } from '../../../src/config/mapping-files.ts';
import { parseMapping } from '../../../src/config/mapping-schema.ts';
import { listMappingTests, readMappingTests } from '../../../src/config/mapping-tests.ts';
import { parseExactly } from '../../../src/core/exact-json.ts';
import { prepare } from '../../../src/core/expression/prepare.ts';
import { usesOf } from '../../../src/core/expression/uses.ts';
import type { JsonObject, Kind, ResourceEntry } from '../../../src/core/model.ts';
import { createDates } from '../../../src/mapping/dates.ts';
import type { JqRunner } from '../../../src/mapping/jq-runner.ts';
import { createMapper } from '../../../src/mapping/mapper.ts';
import { parseEntry } from '../../../src/mapping/parsed-entry.ts';
import { parsePlain } from '../../../src/mapping/plain/parse.ts';
import { createProgram } from '../../../src/mapping/program.ts';
import { preludeOf } from '../../../src/mapping/program-text.ts';
import { entry, items, jq } from '../support.ts';

const ENV = { CLUSTER_NAME: 'prod-eu' };
const CASES_AT_ONCE = 60;
const never = new AbortController().signal;
const object = z.custom<JsonObject>((value) => typeof value === 'object' && value !== null);

/** A jq that counts the programs it is given. */
function counting() {
  const programs: string[] = [];
  const runner: JqRunner = {
    binary: jq.binary,
    run(program, ...rest) {
      programs.push(program);
      return jq.run(program, ...rest);
    },
  };
  return { programs, runner };
}

/** Maps items with plain expressions evaluated here, and with all of them run by jq. */
async function mapBothWays(entries: readonly ResourceEntry[], values: readonly JsonObject[]) {
  const { program, problems } = await createMapper({ jq, allowEnv: ENV }).compile(entries);
  const lost = new Set(problems.filter(({ costs }) => costs === 'entry').map((problem) => problem.entry));
  const kept = entries.filter((one) => !lost.has(one));
  const texts = textsOf(entries);
  const dates = createDates(jq);
  const compiles = new Set(texts);
  for (const { path } of problems)
    for (const use of entries.flatMap(usesOf)) if (use.path === path) remove(use.expression);
  function remove(expression: string): void {
    const prepared = prepare(expression);
    if (prepared.type === 'expression') compiles.delete(prepared.text);
  }
  const broken = new Set(texts.filter((text) => !compiles.has(text)));
  const byJq = createProgram(
    kept.map((one) => parseEntry(one, broken)),
    {
      jq,
      prelude: async () => `${preludeOf(ENV)}${(await dates(texts)).prelude}`,
      plain: new Map(),
      deadlineMs: 60_000,
      batchItems: 500,
    },
  );
  const raw = items(...values);
  const one = raw[0] ?? { key: '', label: '', value: {} };
  return {
    here: [await program.map(raw, never), await program.mapUnfiltered(one, never)],
    byJq: [await byJq.map(raw, never), await byJq.mapUnfiltered(one, never)],
  };
}

function textsOf(entries: readonly ResourceEntry[]): readonly string[] {
  const all = entries.flatMap(usesOf).map(({ expression }) => prepare(expression));
  return all.flatMap((prepared) => (prepared.type === 'expression' ? [prepared.text] : []));
}

const OTHER_VALUES = [null, 0, 1.5, true, '', 'A|b||c', [], ['x', null], {}, { name: 'x' }];

/** The item, and the item with each of its parts missing or of another type. */
function mutated(item: JsonObject): readonly JsonObject[] {
  const changed = Object.entries(item).flatMap(([key, member]) => {
    const { [key]: _gone, ...rest } = item;
    const inner = object.safeParse(member);
    const deeper =
      inner.success && !Array.isArray(member) ? mutated(inner.data).map((one) => ({ ...item, [key]: one })) : [];
    return [rest, ...OTHER_VALUES.map((value) => ({ ...item, [key]: value })), ...deeper];
  });
  return [item, ...changed].slice(0, 200);
}

const addOns = addOnsAt('mappings');
const shipped = loadMappingFiles('mappings', {
  kinds: offlineKinds(),
  addOns,
  variables: { K8S_WORKLOAD_BLUEPRINT: 'k8s_workload' },
}).mapping;
const givenItems = new Map<Kind, JsonObject[]>();
for (const file of listMappingTests('mappings/tests')) {
  const read = readMappingTests(file, offlineKinds(), false);
  for (const { kind, given } of 'value' in read ? read.value.tests : [])
    givenItems.set(kind, [...(givenItems.get(kind) ?? []), ...[given].flat().map((one) => object.parse(one))]);
}

describe('a program', () => {
  it.each([...givenItems])('gives what jq alone gives, with the shipped mapping of %s', async (kind, given) => {
    const entries = shipped.entries.filter((one) => one.kind === kind);
    const { here, byJq } = await mapBothWays(entries, given.flatMap(mutated));
    expect(here).toEqual(byJq);
  });

  it('gives it with the mappings that were compared with Ocean', async () => {
    const [first = '', ...lines] = readFileSync(new URL('../ocean-cases.jsonl', import.meta.url), 'utf8')
      .trim()
      .split('\n');
    const shared = object.parse(parseExactly(first));
    const Case = z.looseObject({
      query: z.unknown().optional(),
      fields: object,
      parse: object.optional(),
      item: object.optional(),
    });
    const resources = new Map<string, object[]>();
    for (const line of lines) {
      const { query = 'true', parse, fields, item } = Case.parse(parseExactly(line));
      const mappings = { identifier: '"x"', blueprint: '"bp"', ...fields };
      const resource = { kind: 'komodorService', selector: { query }, port: { ...parse, entity: { mappings } } };
      const key = JSON.stringify(item ?? shared);
      resources.set(key, [...(resources.get(key) ?? []), resource]);
    }
    for (const [item, all] of resources) {
      for (let start = 0; start < all.length; start += CASES_AT_ONCE) {
        const document = { resources: all.slice(start, start + CASES_AT_ONCE) };
        const { mapping } = parseMapping(document, 'case', offlineKinds());
        const { here, byJq } = await mapBothWays(mapping.entries, [object.parse(JSON.parse(item))]);
        expect(here).toEqual(byJq);
      }
    }
  });
});

describe('jq', () => {
  const simple = entry({}, { properties: { name: '.name', upper: '.name | ascii_upcase' } });

  it('is not started for plain expressions, not to compile them either', async () => {
    const { programs, runner } = counting();
    const { program } = await createMapper({ jq: runner }).compile([simple]);
    const mapped = await program.map(items({ id: 'a', name: 'b' }), never);
    expect(mapped[0]?.rows).toMatchObject([{ type: 'entity', entity: { properties: { name: 'b', upper: 'B' } } }]);
    expect(programs).toEqual([]);
  });

  it('maps the items that are not decided here, and says what failed', async () => {
    const { programs, runner } = counting();
    const { program } = await createMapper({ jq: runner }).compile([simple]);
    const mapped = await program.map(items({ id: 'a', name: 'b' }, { id: 'c', name: 5 }), never);
    expect(mapped[1]?.rows).toMatchObject([
      {
        failures: [{ path: 'properties.upper', message: expect.stringContaining('explode') }],
      },
    ]);
    expect(programs).toHaveLength(1);
  });

  it('is given only what is not plain, with the selectors of it', async () => {
    const { programs, runner } = counting();
    const fields = { properties: { name: '.name', odd: '.name | explode' } };
    const entries = [
      entry({ selectorQuery: '.wanted' }, fields),
      entry({ selectorQuery: '.other', path: 'resources[1]' }, { properties: { other: '.other' } }),
    ];
    const { program } = await createMapper({ jq: runner }).compile(entries);
    const values = [
      { id: 'a', name: 'b', wanted: true, other: false },
      { id: 'c', name: 'd', wanted: false, other: true },
    ];
    const mapped = await program.map(items(...values), never);
    expect(mapped.map(({ rows }) => rows.map(({ type }) => type))).toEqual([
      ['entity', 'filtered'],
      ['filtered', 'entity'],
    ]);
    expect(mapped[0]?.rows[0]).toMatchObject({ entity: { properties: { name: 'b', odd: [98] } } });
    const [, mapping = ''] = programs;
    expect(mapping).toContain('.name | explode');
    expect(mapping).toContain('.wanted');
    expect(mapping).not.toContain('.other');
  });
});

describe('many items', () => {
  it('let the event loop turn meanwhile', async () => {
    const { program } = await createMapper({ jq }).compile([
      entry({}, { properties: { text: '.text | gsub("a+b"; "")' } }),
    ]);
    // The pattern takes as long as a plain one can: the square of the length.
    const values = Array.from({ length: 2_000 }, (_, index) => ({ id: `n${index}`, text: 'a'.repeat(250) }));
    let turns = 0;
    let done = false;
    function turn(): void {
      turns += 1;
      if (!done) setImmediate(turn);
    }
    setImmediate(turn);
    await program.map(items(...values), never);
    done = true;
    expect(turns).toBeGreaterThan(5);
  });

  it('are given up when the run is', async () => {
    const { program } = await createMapper({ jq }).compile([entry()]);
    const values = Array.from({ length: 100_000 }, (_, index) => ({ id: `n${index}` }));
    const controller = new AbortController();
    setImmediate(() => controller.abort(new Error('the run was stopped')));
    await expect(program.map(items(...values), controller.signal)).rejects.toThrow('the run was stopped');
  });
});

describe('the shipped mapping', () => {
  it('is plain for what Komodor lists', () => {
    const entries = shipped.entries.filter(
      ({ kind }) => kind === 'komodorService' || kind === 'komodorHealthMonitoring',
    );
    expect(textsOf(entries).filter((text) => parsePlain(text, {}) === undefined)).toEqual([]);
  });
});

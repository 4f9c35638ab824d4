import { describe, expect, it } from 'vitest';
import { type MapRow, mapItems } from '../../src/answers/map-items.ts';
import { offlineKinds } from '../../src/compose/kinds.ts';
import { parseMapping } from '../../src/config/mapping-schema.ts';
import { parseExactly } from '../../src/core/exact-json.ts';
import type { BlueprintShape } from '../../src/core/model.ts';
import { createMapper } from '../../src/mapping/mapper.ts';
import { KOMODOR_NAMES } from '../komodor/kind-names.ts';
import { jq } from '../mapping/support.ts';

const never = new AbortController().signal;
const PARTS = { mapper: createMapper({ jq }), kinds: offlineKinds() };
const SERVICE = { kind: 'Deployment', cluster: 'prod', namespace: 'shop', service: 'cart', status: 'healthy' };

interface EntryText {
  readonly kind?: string;
  readonly selector?: object;
  readonly port?: object;
  readonly mappings?: unknown;
}

/** A mapping of these entries. */
function mappingOf(...entries: readonly EntryText[]) {
  const resources = entries.map(({ kind = 'komodorService', selector = {}, mappings, port = {} }) => ({
    kind,
    selector: { query: 'true', ...selector },
    port: { ...port, entity: { mappings } },
  }));
  return parseMapping({ resources }, 'test', KOMODOR_NAMES).mapping;
}

const TEMPLATE = { identifier: '.service', blueprint: '"service"' };

async function rowsOf(entry: EntryText, row: unknown = SERVICE, shape?: BlueprintShape) {
  const { kind = 'komodorService' } = entry;
  const blueprint = async (name: string) => (name === shape?.identifier ? shape : undefined);
  const parts = { ...PARTS, blueprint };
  const [view] = await mapItems(parts, mappingOf(entry), kind, [row], never);
  return view?.rows ?? [];
}

/** The fields of a row by path. */
function fieldsIn(row: MapRow | undefined) {
  return Object.fromEntries((row?.fields ?? []).map(({ path, ...rest }) => [path, rest]));
}

describe('an item that is mapped', () => {
  it('gives the entity and, for each expression, its value', async () => {
    const [row] = await rowsOf({
      selector: { query: '.status == "healthy"' },
      mappings: {
        ...TEMPLATE,
        title: '.service | ascii_upcase',
        properties: { where: { cluster: '.cluster', 'a.b': '.namespace' } },
        relations: { owner: { combinator: 'and', rules: [{ property: '$title', operator: '=', value: '.kind' }] } },
      },
    });
    expect(row?.entity).toMatchObject({ identifier: 'cart', properties: { where: { cluster: 'prod' } } });
    expect(row?.fields[0]).toEqual({
      path: 'selector.query',
      expression: '.status == "healthy"',
      value: true,
      input: 'healthy',
    });
    expect(fieldsIn(row)).toMatchObject({
      identifier: { expression: '.service', value: 'cart' },
      title: { value: 'CART', input: 'cart' },
      'properties.where.cluster': { value: 'prod' },
      'relations.owner.rules[0].value': { value: 'Deployment' },
    });
    expect(fieldsIn(row).identifier).not.toHaveProperty('input');
  });

  it('is named in Port as a run names it, while the fields show what the expressions gave', async () => {
    const row = { ...SERVICE, service: 'my cart' };
    const [mapped] = await rowsOf({ mappings: { ...TEMPLATE, relations: { a: '.service', b: '[.service]' } } }, row);
    expect(mapped?.entity).toMatchObject({ identifier: 'my=20cart', relations: { a: 'my=20cart', b: ['my=20cart'] } });
    expect(fieldsIn(mapped).identifier?.value).toBe('my cart');
  });

  it('is fitted to its blueprint where that is known', async () => {
    const shape: BlueprintShape = {
      identifier: 'service',
      properties: { n: { type: 'number' } },
      relations: {},
      required: [],
    };
    const entry = { mappings: { ...TEMPLATE, properties: { n: '.status' }, relations: { no: '"x"' } } };
    const [row] = await rowsOf(entry, SERVICE, shape);
    expect(row?.entity).toMatchObject({ properties: {}, relations: {} });
    expect(row?.problems).toEqual(['relations.no: blueprint service has no relation no']);
    expect(fieldsIn(row)).toMatchObject({
      'properties.n': { error: expect.stringContaining('number'), input: 'healthy' },
      'relations.no': { value: 'x' },
    });
  });

  it('says which fields failed, why, and on which input', async () => {
    const entry = {
      mappings: { ...TEMPLATE, properties: { a: '.labels.team | ascii_downcase', b: '.a |', c: '.kind' } },
    };
    const [row] = await rowsOf(entry);
    expect(row?.entity?.properties).toEqual({ c: 'Deployment' });
    expect(fieldsIn(row)).toMatchObject({
      'properties.a': { error: expect.stringContaining('string'), input: null },
      'properties.b': { error: expect.stringContaining('syntax error') },
      'properties.c': { value: 'Deployment' },
    });
    expect(fieldsIn(row)['properties.a']).not.toHaveProperty('value');
  });

  it('shows no value that may be a secret as an input', async () => {
    const row = { ...SERVICE, apiToken: 's3cr3t-value', labels: { password: 's3cr3t-value', other: 'fine' } };
    const entry = { mappings: { ...TEMPLATE, title: '.apiToken | tonumber', icon: '.labels | tojson | tonumber' } };
    const [mapped] = await rowsOf(entry, row);
    expect(JSON.stringify(fieldsIn(mapped).title?.input)).not.toContain('s3cr3t');
    expect(fieldsIn(mapped).icon?.input).toEqual({ password: '[redacted]', other: 'fine' });
  });

  it('gives a spread its members, and the failure of one of them', async () => {
    const row = { ...SERVICE, labels: { a: 1, b: 2 } };
    const [mapped] = await rowsOf({ mappings: { ...TEMPLATE, properties: { '*': '.labels', b: '"own"' } } }, row);
    expect(fieldsIn(mapped)).toMatchObject({ 'properties.*': { value: { a: 1 } }, 'properties.b': { value: 'own' } });
    const [failed] = await rowsOf(
      { mappings: { ...TEMPLATE, relations: { '*': '.labels', b: '"own"' } } },
      {
        ...row,
        labels: { a: true },
      },
    );
    expect(fieldsIn(failed)['relations.*']?.error).toContain('true');
    expect(fieldsIn(failed)['relations.b']).toMatchObject({ value: 'own' });
  });

  it('keeps the digits of numbers', async () => {
    const [row] = await rowsOf(
      { mappings: { ...TEMPLATE, title: '.n | tostring' } },
      parseExactly('{"kind":"Deployment","service":"cart","n":9007199254740993}'),
    );
    expect(row?.entity?.title).toBe('9007199254740993');
  });
});

describe('an item that gives no entity', () => {
  it('is filtered, with what the selector looked at', async () => {
    const [one] = await rowsOf({ selector: { query: '.status == "unhealthy"' }, mappings: TEMPLATE });
    expect(one).toMatchObject({
      result: 'filtered',
      fields: [{ path: 'selector.query', value: false, input: 'healthy' }],
    });
    const query = '.kind == "Deployment" and (.labels.x // "") == "y"';
    const [two] = await rowsOf({ selector: { query }, mappings: TEMPLATE });
    expect(two?.fields).toEqual([
      { path: 'selector.query', expression: query, value: false, input: { '.kind': 'Deployment', '.labels.x': null } },
    ]);
  });

  it('is filtered by a selector key that leaves out its place', async () => {
    const [row] = await rowsOf({ selector: { clusters: ['stage'] }, mappings: TEMPLATE });
    expect(row).toMatchObject({ result: 'filtered', problems: [expect.stringContaining('selector.clusters')] });
  });

  it.each([
    ['its identifier is null', { mappings: { ...TEMPLATE, identifier: '.nothing' } }, 'identifier'],
    ['its selector fails', { selector: { query: '.status + 1 == 2' }, mappings: TEMPLATE }, 'selector.query'],
    ['the selector gives no boolean', { selector: { query: '.status' }, mappings: TEMPLATE }, 'selector.query'],
    ['its blueprint is empty', { mappings: { ...TEMPLATE, blueprint: '.nothing' } }, 'blueprint'],
    ['itemsToParse fails', { port: { itemsToParse: '.status[]' }, mappings: TEMPLATE }, 'itemsToParse'],
    ['the identifier does not compile', { mappings: { ...TEMPLATE, identifier: '.a |' } }, 'identifier'],
    ['the selector does not compile', { selector: { query: '.a |' }, mappings: TEMPLATE }, 'selector.query'],
  ])('is rejected when %s', async (_, entry, path) => {
    const [row] = await rowsOf(entry);
    expect(row?.result).toBe('rejected');
    expect(row?.problems).toHaveLength(1);
    expect(fieldsIn(row)[path]?.error).toEqual(expect.any(String));
  });

  it('is rejected when the entry has an unknown selector key or no identifier', async () => {
    expect(await rowsOf({ selector: { nope: 1 }, mappings: TEMPLATE })).toMatchObject([
      { result: 'rejected', problems: [expect.stringContaining('nope')] },
    ]);
    expect(await rowsOf({ mappings: { blueprint: '"x"' } })).toMatchObject([
      { result: 'rejected', problems: [expect.stringContaining('identifier')] },
    ]);
  });

  it('is rejected when it is no object', async () => {
    expect(await rowsOf({ mappings: TEMPLATE }, 5)).toMatchObject([{ result: 'rejected' }]);
  });
});

describe('the rows of an item', () => {
  it('are one per template, in the order of the mapping', async () => {
    const rows = await rowsOf({ mappings: [TEMPLATE, { ...TEMPLATE, blueprint: '"other"' }] });
    expect(rows.map(({ entry, entity }) => [entry, entity?.blueprint])).toEqual([
      ['resources[0].port.entity.mappings[0]', 'service'],
      ['resources[0].port.entity.mappings[1]', 'other'],
    ]);
  });

  it('are all rejected when one template of the entry cannot be used', async () => {
    const rows = await rowsOf({ mappings: [TEMPLATE, { ...TEMPLATE, identifier: '.a |' }] });
    expect(rows.map(({ result }) => result)).toEqual(['rejected', 'rejected']);
  });

  it('are one per element of itemsToParse, with the element as input', async () => {
    const row = { ...SERVICE, parts: [{ id: 'a' }, { id: 5 }, { id: 'c' }] };
    const rows = await rowsOf(
      {
        port: { itemsToParse: '.parts' },
        selector: { query: '.item.id != "c"' },
        mappings: { ...TEMPLATE, identifier: '.item.id', title: '.item.id | ascii_upcase' },
      },
      row,
    );
    expect(rows.map(({ result }) => result)).toEqual(['entity', 'entity', 'filtered']);
    expect(fieldsIn(rows[0])).toMatchObject({ itemsToParse: { value: { id: 'a' } }, title: { value: 'A' } });
    expect(fieldsIn(rows[1]).title).toMatchObject({ error: expect.any(String), input: 5 });
    expect(fieldsIn(rows[2])['selector.query']).toMatchObject({ value: false, input: 'c' });
  });

  it('say so when itemsToParse gives no element', async () => {
    const rows = await rowsOf({ port: { itemsToParse: '.parts' }, mappings: TEMPLATE });
    expect(rows).toMatchObject([{ result: 'filtered', problems: [expect.stringContaining('no element')] }]);
  });

  it('know the cluster that was asked', async () => {
    const row = { type: 'availability', startTime: 1, status: 'open', summary: 's', _: { cluster: 'prod' } };
    const rows = await rowsOf({ kind: 'komodorIssue', mappings: { ...TEMPLATE, identifier: '._.cluster' } }, row);
    expect(rows).toMatchObject([{ result: 'entity', entity: { identifier: 'prod' } }]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EntityTemplate, SearchQuery } from '../../src/core/model.ts';
import { compile, entityOf, entry, items, mapAll, PATH, plain } from './support.ts';

const never = new AbortController().signal;

const SERVICE = {
  service: 'api',
  kind: 'Deployment',
  cluster: 'prod',
  namespace: 'default',
  status: 'healthy',
  labels: { app: 'api' },
  deployTime: 1740140297,
};

describe('a whole mapping', () => {
  it('gives entities as the shipped kind of mapping describes them', async () => {
    const services = entry(
      {},
      {
        identifier: `.kind + '-' + .cluster + "-" + .namespace + "-" + .service`,
        blueprint: '"komodorService"',
        title: '.service // .kind',
        properties: {
          status: '.status',
          deployed_at: '.deployTime | todate',
          labels: '.labels',
          annotations: '.annotations',
          place: { cluster: '.cluster', on: { namespace: '.namespace' } },
        },
        relations: { workload: `.service + "-" + .kind` },
      },
    );
    const risks = entry(
      { path: 'resources[1]', selectorQuery: '.status != "healthy"' },
      {
        path: 'resources[1].port.entity.mappings',
        identifier: '.service',
        blueprint: `'risk'`,
        title: '.service // .kind',
      },
    );
    const rows = await mapAll(
      [services, risks],
      [SERVICE, { ...SERVICE, service: 'db', status: 'unhealthy', deployTime: null }],
    );
    expect(rows.map(plain)).toEqual([
      [
        {
          type: 'entity',
          failures: [],
          entity: {
            identifier: 'Deployment-prod-default-api',
            blueprint: 'komodorService',
            title: 'api',
            properties: {
              status: 'healthy',
              deployed_at: '2025-02-21T12:18:17Z',
              labels: { app: 'api' },
              annotations: null,
              place: { cluster: 'prod', on: { namespace: 'default' } },
            },
            relations: { workload: 'api-Deployment' },
          },
        },
        { type: 'filtered' },
      ],
      [
        {
          type: 'entity',
          failures: [{ path: 'properties.deployed_at', message: expect.stringContaining('strftime') }],
          entity: {
            identifier: 'Deployment-prod-default-db',
            blueprint: 'komodorService',
            title: 'db',
            properties: {
              status: 'unhealthy',
              labels: { app: 'api' },
              annotations: null,
              place: { cluster: 'prod', on: { namespace: 'default' } },
            },
            relations: { workload: 'db-Deployment' },
          },
        },
        {
          type: 'entity',
          failures: [],
          entity: { identifier: 'db', blueprint: 'risk', title: 'db', properties: {}, relations: {} },
        },
      ],
    ]);
  });

  it('keeps the order of items over many batches', async () => {
    const values = Array.from({ length: 95 }, (_, index) => ({ id: `n${index}` }));
    const rows = await mapAll([entry()], values, { batchItems: 40 });
    expect(rows.map(([row]) => entityOf(row).entity.identifier)).toEqual(values.map(({ id }) => id));
  });

  it('carries every JSON value through unchanged', async () => {
    const values = fc.sample(fc.jsonValue({ maxDepth: 4 }), 300).map((any, index) => ({ id: `n${index}`, any }));
    const rows = await mapAll([entry({}, { properties: { any: '.any' } })], values);
    const seen = rows.map(([row]) => JSON.stringify(entityOf(row).entity.properties.any));
    expect(seen).toEqual(values.map(({ any }) => JSON.stringify(any)));
  });

  it('maps an item of several megabytes', async () => {
    const text = 'ä'.repeat(5_000_000);
    const [rows] = await mapAll([entry({}, { properties: { text: '.text' } })], [{ id: 'big', text }]);
    expect(entityOf(rows?.[0]).entity.properties.text === text).toBe(true);
  });
});

describe('selectors', () => {
  it('need exactly true or false', async () => {
    const rows = await mapAll(
      [entry({ selectorQuery: '.ok' })],
      [
        { id: 'a', ok: true },
        { id: 'b', ok: false },
        { id: 'c', ok: null },
        { id: 'd', ok: 'true' },
        { id: 'e', ok: 1 },
      ],
    );
    expect(rows.map(([row]) => row?.type)).toEqual(['entity', 'filtered', 'rejected', 'rejected', 'rejected']);
    expect(plain(rows[3])).toEqual([
      {
        type: 'rejected',
        blueprint: 'thing',
        path: 'resources[0].selector.query',
        message: 'it gives the text "true", but must give true or false',
      },
    ]);
  });

  it('that fail reject the item once per blueprint of the entry', async () => {
    const two = entry(
      { selectorQuery: '.id | error' },
      { blueprint: '"x"' },
      { blueprint: '"y"' },
      { blueprint: '.b' },
    );
    const [rows] = await mapAll([two], [{ id: 'boom' }]);
    expect(plain(rows)).toEqual(
      ['x', 'y', null].map((blueprint) => ({
        type: 'rejected',
        blueprint,
        path: 'resources[0].selector.query',
        message: 'boom',
      })),
    );
  });

  it('are taken for true by probe', async () => {
    const { program } = await compile([
      entry({ selectorQuery: '.never' }),
      entry({ selectorQuery: 'false' }, { blueprint: '"other"' }),
    ]);
    const [item] = items({ id: 'a' });
    if (item === undefined) throw new Error('no item');
    const { rows } = await program.mapUnfiltered(item, never);
    expect(rows.map((row) => entityOf(row).entity.blueprint)).toEqual(['thing', 'other']);
    const [mapped] = await program.map([item], never);
    expect(mapped?.rows.map(({ type }) => type)).toEqual(['rejected', 'filtered']);
  });
});

describe('fields', () => {
  it('take the first output; nothing is null; an error leaves the field out', async () => {
    const properties = {
      first: '.id, "second"',
      late: '.id, error("late")',
      nothing: 'empty',
      absent: '.nope',
      failing: 'error("bad")',
      failing_with_null: 'error(null)',
      failing_with_object: 'error({a: 1})',
      nested: { fine: '.id', failing: '.id.x' },
      labelled: 'label $out | 1, break $out',
      zero: '0',
    };
    const [rows] = await mapAll([entry({}, { properties })], [{ id: 'a' }]);
    const { entity, failures } = entityOf(rows?.[0]);
    expect(entity.properties).toEqual({ first: 'a', late: 'a', nothing: null, absent: null, labelled: 1, zero: 0 });
    expect(failures.map(({ path }) => path)).toEqual([
      'properties.failing',
      'properties.failing_with_null',
      'properties.failing_with_object',
      'properties.nested.failing',
    ]);
    expect(failures.map(({ message }) => message).slice(0, 3)).toEqual(['bad', 'null', '{"a":1}']);
  });

  it('identifier and blueprint must be a text that is not empty, or a number', async () => {
    const values = [null, '', {}, true, false, [], ['x'], 5, 0, 'x'];
    const rows = await mapAll(
      [entry({}, { identifier: '.v' }, { blueprint: '.v', identifier: '"i"' })],
      values.map((v) => ({ v })),
    );
    expect(rows.map(([row]) => (row?.type === 'entity' ? row.entity.identifier : row?.type))).toEqual([
      ...Array(7).fill('rejected'),
      '5',
      '0',
      'x',
    ]);
    expect(rows.map(([, row]) => (row?.type === 'entity' ? row.entity.blueprint : row?.type))).toEqual([
      ...Array(7).fill('rejected'),
      '5',
      '0',
      'x',
    ]);
    expect(plain(rows[2])).toEqual([
      {
        type: 'rejected',
        blueprint: 'thing',
        path: `${PATH}.identifier`,
        message: 'it gives an object, but must give a text that is not empty',
      },
      {
        type: 'rejected',
        blueprint: null,
        path: `${PATH}.blueprint`,
        message: 'it gives an object, but must give a text that is not empty',
      },
    ]);
  });

  it('title, icon, team and relations get the form that Port wants', async () => {
    const fields: Partial<EntityTemplate> = { title: '.v', icon: '.v', team: '.v', relations: { r: '.v' } };
    const rows = await mapAll(
      [entry({}, fields)],
      [5, true, 'x', null, ['a', 1], { a: 1 }, ['a', null]].map((v) => ({ id: 'a', v })),
    );
    const seen = rows.map(([row]) => {
      const { entity, failures } = entityOf(row);
      return [entity.title, entity.icon, entity.team, entity.relations.r, failures.map(({ path }) => path).join(' ')];
    });
    expect(seen).toEqual([
      ['5', '5', '5', '5', ''],
      ['true', 'true', undefined, undefined, 'team relations.r'],
      ['x', 'x', 'x', 'x', ''],
      [null, null, null, null, ''],
      [undefined, undefined, ['a', '1'], ['a', '1'], 'title icon'],
      [undefined, undefined, undefined, undefined, 'title icon team relations.r'],
      [undefined, undefined, undefined, undefined, 'title icon team relations.r'],
    ]);
    expect(Object.keys(entityOf(rows[1]?.[0]).entity)).not.toContain('team');
  });

  it('spread "*"; explicit fields win, also when they fail', async () => {
    const properties = { '*': '.all', status: '"explicit"', broken: 'error("x")' };
    const relations = { '*': '.links' };
    const all = { status: 's', broken: 'b', other: [1] };
    const rows = await mapAll(
      [entry({}, { properties, relations })],
      [
        { id: 'a', all, links: { to: 'x', many: ['y'], odd: {} } },
        { id: 'b', all: null },
        { id: 'c', all: [1] },
      ],
    );
    const [a, b, c] = rows.map(([row]) => entityOf(row));
    expect(a?.entity).toMatchObject({
      properties: { other: [1], status: 'explicit' },
      relations: { to: 'x', many: ['y'] },
    });
    expect(Object.keys(a?.entity.properties ?? {}).sort()).toEqual(['other', 'status']);
    expect(a?.failures.map(({ path }) => path)).toEqual(['properties.broken', 'relations.odd']);
    expect(b?.entity.properties).toEqual({ status: 'explicit' });
    expect(c?.failures[0]).toEqual({ path: 'properties.*', message: 'it gives a list, but must give an object' });
  });

  it('may be search queries', async () => {
    const query: SearchQuery = {
      combinator: `"and"`,
      rules: [
        { property: '$identifier', operator: `"="`, value: '.owner' },
        { combinator: 'or', rules: [{ property: `'name'`, operator: 'in', value: '[.owner, "x"]' }] },
        { operator: 'isEmpty', property: 'p' },
        { property: 'n', operator: '=', value: 5 },
      ],
    };
    const failing: SearchQuery = { combinator: 'and', rules: [{ property: 'p', operator: '=', value: 'error("no")' }] };
    const rows = await mapAll(
      [entry({}, { identifier: query, team: query, relations: { r: query, bad: failing } })],
      [{ owner: 'me' }, {}],
    );
    const result = {
      combinator: 'and',
      rules: [
        { property: '$identifier', operator: '=', value: 'me' },
        { combinator: 'or', rules: [{ property: 'name', operator: 'in', value: ['me', 'x'] }] },
        { operator: 'isEmpty', property: 'p' },
        { property: 'n', operator: '=', value: 5 },
      ],
    };
    const { entity, failures } = entityOf(rows[0]?.[0]);
    expect(entity).toMatchObject({ identifier: result, team: result, relations: { r: result } });
    expect(failures).toEqual([{ path: 'relations.bad.rules[0].value', message: 'no' }]);
    expect(plain(rows[1])).toMatchObject([{ type: 'rejected', path: `${PATH}.identifier` }]);
  });

  it('keep names that mean something to JavaScript', async () => {
    const properties = { ['__proto__']: '.id', constructor: { ['__proto__']: '.id' }, toString: '.id' };
    const own = JSON.parse('{"__proto__": {"polluted": 1}, "hasOwnProperty": 2}');
    const [rows] = await mapAll(
      [entry({}, { properties: { ...properties, raw: '.own', '*': '.own' } })],
      [{ id: 'a', own }],
    );
    const made = entityOf(rows?.[0]).entity.properties;
    const reference = JSON.parse(
      '{"__proto__":"a","constructor":{"__proto__":"a"},"toString":"a","raw":{"__proto__":{"polluted":1},"hasOwnProperty":2},"hasOwnProperty":2}',
    );
    expect(JSON.stringify(Object.entries(made).sort())).toBe(JSON.stringify(Object.entries(reference).sort()));
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
    expect('polluted' in {}).toBe(false);
  });
});

describe('itemsToParse', () => {
  const parse = (expression: string, topLevelTransform = true, name = 'item') => ({
    itemsToParse: { expression, name, topLevelTransform },
  });
  const VALUE = {
    id: 'p',
    a: [{ n: 1 }, { n: 2 }],
    deep: { list: [{ n: 3 }], keep: 1 },
    'my-key': [{ n: 4 }],
    b: [{ n: 5 }],
  };

  it.each([
    ['.a', [1, 2], ['b', 'deep', 'id', 'item', 'my-key']],
    ['.a | map(select(.n > 1))', [2], ['b', 'deep', 'id', 'item', 'my-key']],
    ['if true then .b else .a end', [5], ['a', 'deep', 'id', 'item', 'my-key']],
    ['."my-key"', [4], ['a', 'b', 'deep', 'id', 'item']],
    ['(.a // []) | sort_by(-.n)', [2, 1], ['b', 'deep', 'id', 'item', 'my-key']],
    ['[.a[], .b[]]', [1, 2, 5], ['a', 'b', 'deep', 'id', 'item', 'my-key']],
    ['.a + .b', [1, 2, 5], ['b', 'deep', 'id', 'item', 'my-key']],
    ['. as $all | .b | map(. + { of: $all.id })', [5], ['a', 'deep', 'id', 'item', 'my-key']],
  ])('%s', async (expression, numbers, keys) => {
    const one = entry(parse(expression), { identifier: '"\\(.id)-\\(.item.n)"', properties: { keys: 'keys' } });
    const [rows] = await mapAll([one], [VALUE]);
    expect(rows?.map((row) => entityOf(row).entity.identifier)).toEqual(numbers.map((n) => `p-${n}`));
    expect(entityOf(rows?.[0]).entity.properties.keys).toEqual(keys);
  });

  it('removes a nested source, keeps its siblings; keeps everything when told so; takes any name', async () => {
    const name = 'my "\\(x)';
    const nested = entry(parse('.deep.list', true, name), {
      properties: { deep: '.deep', n: `.[${JSON.stringify(name)}].n` },
    });
    const kept = entry(parse('.deep.list', false), { blueprint: '"kept"', properties: { deep: '.deep' } });
    const whole = entry({}, { blueprint: '"whole"', properties: { deep: '.deep' } });
    const [rows] = await mapAll([nested, kept, whole], [VALUE]);
    expect(rows?.map((row) => entityOf(row).entity.properties)).toEqual([
      { deep: { keep: 1 }, n: 3 },
      { deep: VALUE.deep },
      { deep: VALUE.deep },
    ]);
  });

  it('never loses an item', async () => {
    const one = entry({ ...parse('.list'), selectorQuery: '.item.ok' }, { identifier: '.item.id' });
    const rows = await mapAll(
      [one],
      [
        { list: [{ id: 'a', ok: true }, { id: 'b', ok: false }, { id: 'c' }] },
        { list: [] },
        { list: null },
        {},
        { list: 'text' },
      ],
    );
    expect(rows.map((of) => of.map(({ type }) => type))).toEqual([
      ['entity', 'filtered', 'rejected'],
      ['filtered'],
      ['filtered'],
      ['filtered'],
      ['rejected'],
    ]);
    expect(plain(rows[4])).toEqual([
      {
        type: 'rejected',
        blueprint: 'thing',
        path: 'resources[0].port.itemsToParse',
        message: 'it gives string, not an array',
      },
    ]);
  });
});

describe('compile', () => {
  it('names what is wrong, and goes on without it', async () => {
    const good = entry({}, {});
    const bad = entry(
      { path: 'resources[1]' },
      {
        path: 'resources[1].port.entity.mappings',
        identifier: '.a | nosuch',
        properties: { open: '(.a' },
      },
    );
    const partly = entry(
      { path: 'resources[2]' },
      {
        path: 'resources[2].port.entity.mappings',
        blueprint: '"partly"',
        title: '.a |',
        properties: { fine: '.id', nested: { fine: '.id', broken: '$nope' }, other: 'import "x" as x; .' },
        relations: { found: { combinator: 'and', rules: [{ property: 'p', operator: '=', value: '.[' }] } },
      },
    );
    const { program, problems } = await compile([good, bad, partly]);
    expect(problems.map(({ path, costs, message }) => `${costs} ${path}: ${message}`)).toEqual([
      expect.stringMatching(
        /^entry resources\[1\]\.port\.entity\.mappings\.identifier: nosuch\/0 is not defined \(line 1, column 6\)/,
      ),
      'field resources[1].port.entity.mappings.properties.open: a ")" is missing for what begins at line 1, column 1',
      expect.stringMatching(/^field resources\[2\]\.port\.entity\.mappings\.title: syntax error/),
      'field resources[2].port.entity.mappings.properties.nested.broken: $nope is not defined (line 1, column 1)',
      expect.stringMatching(/^field resources\[2\]\.port\.entity\.mappings\.properties\.other: syntax error/),
      'field resources[2].port.entity.mappings.relations.found.rules[0].value: a "]" is missing for what begins at line 1, column 2',
    ]);
    expect(program.entries).toEqual([good, partly]);
    expect(program.blueprints).toEqual(['thing', 'partly']);
    expect(program.writing('partly')).toEqual([
      {
        path: 'resources[2].port.entity.mappings',
        identifier: '.id',
        blueprint: '"partly"',
        properties: { fine: '.id' },
        relations: {},
      },
    ]);
    const [mapped] = await program.map(items({ id: 'a' }), never);
    expect(plain(mapped?.rows)).toEqual([
      { type: 'entity', failures: [], entity: { identifier: 'a', blueprint: 'thing', properties: {}, relations: {} } },
      {
        type: 'entity',
        failures: [],
        entity: { identifier: 'a', blueprint: 'partly', properties: { fine: 'a' }, relations: {} },
      },
    ]);
  });

  it('refuses what does not fit into an argument', async () => {
    const long = `.a + "\\(.b)${'x'.repeat(60_000)}"`;
    const { program, problems } = await compile([entry({}, { title: long, icon: `${long} + "y"` })]);
    expect(program.entries).toEqual([]);
    expect(problems).toMatchObject([
      { path: 'resources[0]', costs: 'entry', message: expect.stringMatching(/too long together \(\d+ KiB/) },
    ]);
  });

  it('knows a blueprint that an expression decides', async () => {
    const { program } = await compile([entry({}, { blueprint: '.b' }, {})]);
    expect(program.blueprints).toEqual([null, 'thing']);
    expect(program.writing('other')).toHaveLength(1);
    expect(program.writing('thing')).toHaveLength(2);
  });

  it('of nothing maps to nothing', async () => {
    const { program } = await compile([]);
    expect(await program.map(items({ id: 'a' }), never)).toMatchObject([{ rows: [] }]);
  });
});

import { describe, expect, it } from 'vitest';
import type { MappedRow } from '../../src/core/ports.ts';
import { compile, entityOf, entry, items, jq, mapAll, plain } from './support.ts';

const never = new AbortController().signal;

describe('expressions that try to reach outside', () => {
  it('end as a value or as the failure of their field, and their neighbours live', async () => {
    const properties = {
      halt: 'halt',
      halt_error: 'halt_error',
      halt_error_code: '{} | halt_error(3)',
      input: 'input',
      inputs: '[inputs]',
      modulemeta: '"a" | modulemeta',
      env: 'env',
      env_variable: '$ENV',
      env_home: '$ENV.HOME',
      debug: '.id | debug',
      debug_message: '.id | debug("m")',
      stderr: '.id | stderr',
      file: 'input_filename',
      line: 'input_line_number',
      search: 'get_search_list',
      forged: 'error({__jq: 0})',
      regex: '("a" * 40) + "!" | test("(a+)+$")',
      comment: '.id # the end \\',
      last: '.id',
    };
    const rows = await mapAll([entry({}, { properties })], [{ id: 'a' }, { id: 'b' }]);
    expect(rows).toHaveLength(2);
    const { entity, failures } = entityOf(rows[1]?.[0]);
    expect(entity.properties).toMatchObject({
      env: {},
      env_variable: {},
      env_home: null,
      debug: 'b',
      debug_message: 'b',
      stderr: 'b',
      file: null,
      inputs: [],
      search: [],
      comment: 'b',
      last: 'b',
    });
    const names = failures.map(({ path }) => path.replace('properties.', ''));
    expect(names).toEqual(
      expect.arrayContaining(['halt', 'halt_error', 'halt_error_code', 'input', 'line', 'modulemeta', 'forged']),
    );
    expect(failures[0]?.message).toBe('halt is not allowed in a mapping');
  });

  it('do not compile when they are no expression', async () => {
    const properties = {
      escape: '.a) | halt | (.b',
      module: 'import "x" as x; .',
      include: 'include "x"; .',
      args: '$__prog_args',
      unbound: 'break $out',
      ours: '__map_f0',
      our_variable: '$cell0',
      definition: 'def f: 1;',
      two: '.a; .b',
      fine: '.id',
    };
    const { program, problems } = await compile([entry({}, { properties })]);
    expect(problems.map(({ path }) => path.split('.').at(-1))).toEqual(
      Object.keys(properties).filter((name) => name !== 'fine'),
    );
    const [mapped] = await program.map(items({ id: 'a' }), never);
    expect(entityOf(mapped?.rows[0]).entity.properties).toEqual({ fine: 'a' });
  });

  it('see of the environment what they are given', async () => {
    const allowEnv = { REGION: 'eu "west"' };
    const [rows] = await mapAll(
      [entry({}, { properties: { env: 'env', region: '$ENV.REGION', path: '$ENV.PATH' } })],
      [{ id: 'a' }],
      { allowEnv },
    );
    expect(entityOf(rows?.[0]).entity.properties).toEqual({ env: allowEnv, region: 'eu "west"', path: null });
  });
});

describe('data that jq cannot take', () => {
  it('costs only its item', async () => {
    const deep = JSON.parse(`${'['.repeat(10_050)}${']'.repeat(10_050)}`);
    const values = [
      { id: 'a', text: 'cut \ud83d' },
      { id: 'b', text: '\\ud800 \ude00' },
      { id: 'c', deep },
      { id: 'd' },
    ];
    const rows = await mapAll([entry({}, { properties: { text: '.text' } })], values);
    const [a, b, c, d] = rows;
    expect(entityOf(a?.[0]).entity.properties).toEqual({ text: 'cut \ufffd' });
    expect(entityOf(b?.[0]).entity.properties).toEqual({ text: '\\ud800 \ufffd' });
    expect(plain(c)).toMatchObject([
      {
        type: 'rejected',
        blueprint: 'thing',
        path: 'resources[0]',
        message: expect.stringMatching(/jq cannot read it|JSON/),
      },
    ]);
    expect(entityOf(d?.[0]).entity.identifier).toBe('d');
  });
});

describe('expressions that use too much', () => {
  const SHORT = { batchTimeoutMs: 2_000 };
  const few = (bad: number) => Array.from({ length: 3 }, (_, index) => ({ id: `n${index}`, bad: index === bad }));
  const identifiers = (rows: readonly (readonly MappedRow[])[]) =>
    rows.map(([row]) => (row?.type === 'entity' ? row.entity.identifier : row?.type));

  it.each([
    ['an endless loop', 'def f: f; if .bad then f else .id end', /^took longer than 2 s$/],
    ['a list without end', 'if .bad then [range(1e10)] else .id end', /too much memory|longer than/],
    ['a huge text', 'if .bad then .id * 1000000000 else .id end', /too much memory|longer than|more than 64 MB/],
    ['a result too deep to print', 'if .bad then reduce range(10100) as $i (0; [.]) else .id end', /./],
  ])('%s costs one field of one item', async (_, expression, message) => {
    const rows = await mapAll([entry({}, { properties: { bad: expression, good: '.id' } })], few(1), SHORT);
    expect(identifiers(rows)).toEqual(few(1).map(({ id }) => id));
    const { entity, failures } = entityOf(rows[1]?.[0]);
    expect(entity.properties).toEqual({ good: 'n1' });
    expect(failures).toEqual([{ path: 'properties.bad', message: expect.stringMatching(message) }]);
    expect(entityOf(rows[2]?.[0])).toMatchObject({ entity: { properties: { bad: 'n2', good: 'n2' } }, failures: [] });
  });

  it('are left out after two items', async () => {
    const { program } = await compile([entry({}, { properties: { bad: 'def f: f; f', good: '.id' } })], SHORT);
    const mapped = await program.map(items(...few(0), { id: 'n3' }), never);
    const messages = mapped.map(({ rows }) => entityOf(rows[0]).failures.map(({ message }) => message));
    expect(messages).toEqual([
      ['took longer than 2 s'],
      ['took longer than 2 s'],
      ['disabled after two items on which it took longer than 2 s'],
      ['disabled after two items on which it took longer than 2 s'],
    ]);
    expect(mapped.map(({ rows }) => entityOf(rows[0]).entity.properties)).toEqual(
      ['n0', 'n1', 'n2', 'n3'].map((good) => ({ good })),
    );
  });

  it('reject the item when they select it or name it', async () => {
    const loop = 'def f: f; if .bad then f else true end';
    const entries = [
      entry({ selectorQuery: loop }, { blueprint: '"selected"' }),
      entry(
        { path: 'resources[1]' },
        { path: 'r1', blueprint: '"named"', identifier: 'def g: g; if .bad then g else .id end' },
      ),
      entry({
        path: 'resources[2]',
        itemsToParse: { expression: 'def h: h; if .bad then h else [1] end', name: 'item', topLevelTransform: true },
      }),
      entry({ path: 'resources[3]' }, { blueprint: '"neighbour"' }),
    ];
    const rows = await mapAll(entries, few(1), SHORT);
    expect(rows[1]?.map((row) => (row.type === 'rejected' ? `${row.blueprint} ${row.path}` : row.type))).toEqual([
      'selected resources[0].selector.query',
      'named r1.identifier',
      'thing resources[2].port.itemsToParse',
      'entity',
    ]);
    expect(rows[2]?.map(({ type }) => type)).toEqual(['entity', 'entity', 'entity', 'entity']);
  });

  it('stop at once when asked to', async () => {
    const { program } = await compile([entry({}, { title: 'def f: f; f' })]);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    await expect(program.map(items({ id: 'a' }), stop.signal)).rejects.toMatchObject({ name: 'AbortError' });
    await expect(program.map(items({ id: 'a' }), stop.signal)).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('the runner', () => {
  it('keeps what was printed before a failure', async () => {
    const outcome = await jq.run('.a', '{"a":1}\n{"a":2}\n{"a":', { deadlineMs: 10_000 });
    expect(outcome).toMatchObject({ ok: false, resource: false, stdout: '1\n2\n' });
  });

  it('survives a program that does not read its large input', async () => {
    const outcome = await jq.run('.a |', JSON.stringify('x'.repeat(3_000_000)), { deadlineMs: 10_000 });
    expect(outcome).toMatchObject({ ok: false, message: expect.stringContaining('syntax error') });
  });
});

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { documentOf, expectReadableFailure, runCli } from './run-cli.ts';

const MAPPING = `mapping:
  resources:
    - kind: komodorService
      selector: { query: .status != "unknown" }
      port:
        entity:
          mappings:
            identifier: .service // error("no name")
            title: .title
            blueprint: '"svc"'
            properties:
              status: .status
              since: .since | todate
              labels: .labels
`;

const ITEM = 'given: { service: api, status: healthy, labels: { team: a } }';

/** Removed at the end: of tests that run side by side, none knows which one a hook belongs to. */
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder with one file of tests. */
function folderWith(tests: string, mapping = MAPPING): { readonly folder: string; readonly file: string } {
  const folder = mkdtempSync(join(tmpdir(), 'mapping-tests-'));
  folders.push(folder);
  const file = join(folder, 'my.test.yaml');
  writeFileSync(file, `${mapping}${tests}`);
  return { folder, file };
}

const one = (text: string) =>
  `tests:\n  - name: it\n    kind: komodorService\n    ${text.trim().replaceAll('\n', '\n    ')}\n`;

interface Failure {
  readonly message: string;
  readonly expression?: string;
  readonly input?: unknown;
}

async function outcomeOf(tests: string, mapping?: string) {
  const { folder } = folderWith(tests, mapping);
  const outcome = await runCli(['test', folder, '--json']);
  const document = documentOf(outcome);
  const failures: readonly Failure[] = (document.files ?? []).flatMap((file: { tests: { failures: Failure[] }[] }) =>
    file.tests.flatMap((test) => test.failures),
  );
  return { code: outcome.code, document, failures, problems: document.problems };
}

describe.concurrent('a mapping test', () => {
  it.each([
    ['a part', `${ITEM}\nexpect: { properties: { labels: { team: a } } }`],
    ['one entity in a list', `${ITEM}\nexpect: [{ identifier: api }]`],
    [
      'null',
      `given: { service: api, status: healthy, since: 0 }\nexpect: { title: null, properties: { since: 1970-01-01T00:00:00Z } }`,
    ],
    ['no entity', 'given: { service: api, status: unknown }\nexpect: []'],
    ['filtered', 'given: { service: api, status: unknown }\nfiltered: true'],
    ['filtered by an entry', 'given: { service: api, status: unknown }\nfiltered: resources[0]'],
    ['rejected, by the path', 'given: { status: healthy }\nrejected: identifier'],
    ['rejected, by the message', 'given: { status: healthy }\nrejected: no name'],
    ['rejected, for whatever reason', 'given: { status: healthy }\nrejected: true'],
  ])('passes: %s', async (_title, text) => {
    expect(await outcomeOf(one(text))).toMatchObject({ code: 0, failures: [], document: { passed: 1, failed: 0 } });
  });

  it.each([
    [
      'another value',
      `${ITEM}\nexpect: { properties: { status: ill } }`,
      'properties.status: expected "ill", got "healthy"',
      '.status',
    ],
    [
      'a value inside',
      `${ITEM}\nexpect: { properties: { labels: { team: b } } }`,
      'properties.labels.team: expected "b", got "a"',
      '.labels',
    ],
    [
      'a key inside',
      `${ITEM}\nexpect: { properties: { labels: { tier: b } } }`,
      'properties.labels.tier: expected "b", got nothing',
      '.labels',
    ],
    [
      'a field that fails',
      `given: { service: api, status: x, since: y }\nexpect: { properties: { since: null } }`,
      /^properties\.since: expected null, but it failed: .*\(\.since was "y"\)$/,
      '.since | todate',
    ],
    [
      'a field that is not written',
      `${ITEM}\nexpect: { properties: { stauts: x } }`,
      /^properties\.stauts: expected "x", but the mapping does not write it \(did you mean properties\.status\?\)$/,
      undefined,
    ],
    [
      'a relation that is not written',
      `${ITEM}\nexpect: { relations: { owner: x } }`,
      /^relations\.owner: expected "x", but the mapping does not write it \(it writes identifier, /,
      undefined,
    ],
    [
      'more entities',
      `${ITEM}\nexpect: [{ identifier: api }, { identifier: b }]`,
      'expected 2 entities, got 1 entity: svc api',
      undefined,
    ],
    [
      'an entity where it is filtered',
      'given: { service: api, status: unknown }\nexpect: { identifier: api }',
      'expected 1 entity, got no entity',
      undefined,
    ],
    ['filtered where it is not', `${ITEM}\nfiltered: true`, 'expected to be filtered, but it gives svc api', undefined],
    [
      'filtered by an entry that is not there',
      `${ITEM}\nfiltered: resources[7]`,
      /no such entry reads the kind/,
      undefined,
    ],
    ['rejected where it is not', `${ITEM}\nrejected: true`, 'expected to be rejected, but it gives svc api', undefined],
    [
      'rejected for another reason',
      'given: { status: healthy }\nrejected: blueprint',
      /^expected to be rejected because of blueprint, but .*no name/,
      undefined,
    ],
    [
      'a kind that no entry reads',
      `${ITEM.replace('given', 'given')}\nfiltered: true`,
      /no entry of the mapping reads this kind/,
      undefined,
      'komodorJob',
    ],
  ] as const)('fails, and says why: %s', async (_title, text, message, expression, kind: string = 'komodorService') => {
    const { code, failures, problems } = await outcomeOf(one(text).replace('komodorService', kind));
    expect(problems).toEqual([]);
    expect(code).toBe(2);
    expect(failures[0]?.message).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
    expect(failures[0]?.expression).toBe(expression);
  });

  it('names what the selector looked at, where it leaves an expected entity out', async () => {
    const { failures } = await outcomeOf(one('given: { service: api, status: unknown }\nexpect: { identifier: api }'));
    expect(failures[1]).toMatchObject({
      message: 'resources[0]: filtered',
      expression: '.status != "unknown"',
      input: 'unknown',
    });
  });

  it.each([
    [
      'an unknown key',
      `${one(`${ITEM}\nexpect: { identifier: api }`)}test: 1\n`,
      /:\d+: test is not known \(did you mean tests\?\)|test is not known/,
    ],
    [
      'an unknown key of a test',
      one(`${ITEM}\nexpet: { identifier: api }`),
      /tests\[0\]: expet is not known \(did you mean expect\?\)/,
    ],
    ['no expectation', one(ITEM), /tests\[0\] expects nothing/],
    ['an empty expectation', one(`${ITEM}\nexpect: {}`), /every entity fits/],
    ['two expectations', one(`${ITEM}\nexpect: { identifier: api }\nfiltered: true`), /expects expect and filtered/],
    ['no item', one('filtered: true'), /tests\[0\]\.given must be an item/],
    ['a file that is not there', one('given: { file: nowhere.json }\nfiltered: true'), /nowhere\.json cannot be used/],
    [
      'an unknown kind',
      one(`${ITEM}\nfiltered: true`).replace('komodorService', 'komodorServices'),
      /there is no kind komodorServices \(did you mean komodorService\?\)/,
    ],
    ['no tests', 'tests: []\n', /tests must be a list with at least one test/],
    [
      'two tests with one name',
      `${one(`${ITEM}\nfiltered: true`)}  - name: it\n    kind: komodorService\n    ${ITEM}\n    filtered: true\n`,
      /another test has the name "it" too/,
    ],
    ['half a file', 'tests:\n  - name: "it\n', /my\.test\.yaml:\d+: /],
  ])('that cannot be used is never passed over: %s', async (_title, tests, problem) => {
    const { code, problems } = await outcomeOf(tests);
    expect(code).toBe(1);
    expect(problems.join('\n')).toMatch(problem);
  });

  it.each(['mapping: nowhere.yaml\n', 'mapping: { resources: [{ kind: komodorService }] }\n'])(
    'is not passed over where its mapping cannot be used: %j',
    async (mapping) => {
      const { code, problems } = await outcomeOf(one(`${ITEM}\nfiltered: true`), mapping);
      expect([code, problems.length > 0]).toEqual([1, true]);
    },
  );

  it('has to be there: an empty folder is an error', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mapping-tests-'));
    folders.push(folder);
    mkdirSync(join(folder, 'inside'));
    const outcome = await runCli(['test', folder]);
    expectReadableFailure(outcome);
    expect(outcome.stderr).toContain('holds no mapping tests');
  });
});

describe.concurrent('test --update', () => {
  const TESTS = `# what we promise
tests:
  - name: it # the first
    kind: komodorService
    given: {service: api, status: healthy,   labels: {a: [1,2]}}
    expect:
      # keep this
      identifier: api
      properties:
        status: ill # was so once
        gone: 1

  - name: other
    kind: komodorService
    given: { service: b, status: healthy }

  - name: left alone
    kind: komodorService
    given: { service: c, status: healthy }
    filtered: true
`;

  it('changes what differs and nothing else, and says so', async () => {
    const { file } = folderWith(TESTS);
    const outcome = await runCli(['test', file, '--update', '--json']);
    const { updated, failed, passed } = documentOf(outcome);
    expect([outcome.code, passed, failed]).toEqual([2, 2, 1]);
    expect(updated).toEqual([
      expect.stringMatching(/my\.test\.yaml:\d+: it: expect\.properties\.status: "healthy"$/),
      expect.stringMatching(/: it: expect\.properties\.gone: taken out$/),
      expect.stringMatching(/: other: expect: \{/),
    ]);
    const after = readFileSync(file, 'utf8');
    const expected = `${MAPPING}${TESTS}`
      .replace('status: ill # was so once', 'status: healthy # was so once')
      .replace('        gone: 1\n', '');
    const added = after.split('\n').filter((line) => !expected.split('\n').includes(line));
    expect(expected.split('\n').filter((line) => !after.split('\n').includes(line))).toEqual([]);
    expect(added.join('\n')).toContain('identifier: b');
    expect(parse(after).tests[1].expect).toMatchObject({
      identifier: 'b',
      blueprint: 'svc',
      properties: { status: 'healthy' },
    });
  });

  it('does not touch a file whose tests pass', async () => {
    const { file } = folderWith(one(`${ITEM}\nexpect: {identifier:   api}`));
    const before = readFileSync(file, 'utf8');
    const { code } = await runCli(['test', file, '--update']);
    expect([code, readFileSync(file, 'utf8')]).toEqual([0, before]);
  });
});

describe.concurrent('the forms of the results', () => {
  const NASTY = `tests:
  - name: 'a # b \\ <c> & "d" \u001b[31m'
    kind: komodorService
    ${ITEM}
    expect: { title: '<&>' }
  - name: fine
    kind: komodorService
    ${ITEM}
    expect: { identifier: api }
`;

  it('TAP: a version, a plan, a point for each test, and YAML below those that fail', async () => {
    const { file } = folderWith(NASTY.replace('\u001b[31m', ''));
    const { code, stdout } = await runCli(['test', file, '--format', 'tap']);
    expect(code).toBe(2);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.slice(0, 2)).toEqual(['TAP version 13', '1..2']);
    const points = lines.flatMap((line) => /^(ok|not ok) (\d+) - (.*)$/.exec(line)?.slice(1, 3).join(' ') ?? []);
    expect(points).toEqual(['not ok 1', 'ok 2']);
    expect(lines.find((line) => line.startsWith('not ok'))).toMatch(/a \\# b \\\\ <c>/);
    const block = /^ {2}---\n([\s\S]*?)^ {2}\.\.\.$/m.exec(stdout)?.[1] ?? '';
    expect(parse(block).failures[0]).toMatchObject({ path: 'title', expected: '<&>' });
    // Every line is one of these.
    const known = /^(TAP version 13|1\.\.\d+|(not )?ok \d+ - .*| {2}.*)$/;
    expect(lines.filter((line) => !known.test(line))).toEqual([]);
  });

  it('JUnit: XML that is well formed, with the numbers of what is in it', async () => {
    const { file } = folderWith(NASTY.replace('\u001b[31m', ''));
    const { stdout } = await runCli(['test', file, '--format', 'junit']);
    const elements = parseXml(stdout);
    const named = (name: string) => elements.filter((element) => element.name === name);
    expect(named('testsuites')[0]?.attributes).toMatchObject({ tests: '2', failures: '1', errors: '0' });
    expect(named('testcase').map(({ attributes }) => attributes.name)).toEqual(['a # b \\ <c> & "d" ', 'fine']);
    expect(named('failure')[0]?.attributes.message).toBe('title: expected "<&>", got null');
  });

  it('what cannot be used is in them too', async () => {
    const { file } = folderWith(one(ITEM));
    const [tap, junit] = await Promise.all(
      ['tap', 'junit'].map((format) => runCli(['test', file, '--format', format])),
    );
    expect([tap?.code, junit?.code]).toEqual([1, 1]);
    expect(tap?.stdout).toMatch(/^not ok 1 - .*expects nothing/m);
    expect(parseXml(junit?.stdout ?? '').some(({ name }) => name === 'error')).toBe(true);
  });

  it('for people: a sign and a name for each, the expression and what it looked at, and how many passed', async () => {
    const { file } = folderWith(`${one(`${ITEM}\nexpect: { properties: { status: ill } }`)}`);
    const { stdout, code } = await runCli(['test', file]);
    expect(code).toBe(2);
    expect(stdout).toMatch(
      /^ {2}✗ it \(line \d+\)\n {6}properties\.status: expected "ill", got "healthy"\n +by +resources\[0\]: \.status$/m,
    );
    expect(stdout).toMatch(/^Mapping tests: 1 failed, 0 passed$/m);
  });
});

interface XmlElement {
  readonly name: string;
  readonly attributes: { readonly [name: string]: string };
}

/** A parser of the XML that we may print. Throws where it is not well formed. */
function parseXml(text: string): readonly XmlElement[] {
  const found: XmlElement[] = [];
  const open: string[] = [];
  const body = text.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  if (/&(?!(amp|lt|gt|quot|apos|#10);)/.test(body)) throw new Error('a bare &');
  let at = 0;
  for (const match of body.matchAll(/<(\/?)([a-z]+)((?: [a-z]+="[^"<]*")*)(\/?)>/g)) {
    if (/[<>]/.test(body.slice(at, match.index))) throw new Error(`no XML: ${body.slice(at, match.index)}`);
    at = match.index + match[0].length;
    const [, closing, name = '', rest = '', empty] = match;
    if (closing === '/') {
      if (open.pop() !== name) throw new Error(`</${name}> closes nothing`);
      continue;
    }
    const pairs = [...rest.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, decoded(value)]);
    found.push({ name, attributes: Object.fromEntries(pairs) });
    if (empty !== '/') open.push(name);
  }
  if (open.length > 0 || body.slice(at).trim() !== '') throw new Error('it does not end');
  return found;
}

function decoded(text: string): string {
  const signs: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", '#10': '\n' };
  return text.replaceAll(/&([a-z#0-9]+);/g, (_, name: string) => signs[name] ?? '');
}

import { StringStream } from '@codemirror/language';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PROBLEMS } from '../../src/server/problems.ts';
import { ApiProblem } from '../../web/api/problem.ts';
import { type Asked, askWhenQuiet } from '../../web/parts/mapping/ask-when-quiet.ts';
import { keepDraft, readDraft } from '../../web/parts/mapping/draft.ts';
import { yamlParser } from '../../web/parts/mapping/editor/yaml-language.ts';
import { countsText, type Finding, inOrder, marksOf, samplesText } from '../../web/parts/mapping/findings.ts';
import { kindsInText } from '../../web/parts/mapping/kinds-in-text.ts';
import { readPasted } from '../../web/parts/mapping/pasted.ts';
import { refusalOf } from '../../web/parts/mapping/refusal.ts';
import { wordsOf } from '../../web/parts/mapping/result-words.ts';
import { testOfItem, withTest } from '../../web/parts/mapping/test-of-item.ts';
import { whyNotWritten } from '../../web/parts/mapping/write-gate.ts';
import { readProjectFile } from '../house/files.ts';
import { runReport } from '../reporting/runs.ts';

describe('the kinds in a text', () => {
  it('are those of the resources, and no property that is called so', () => {
    const text = `resources:
  # - kind: commented
  - kind: komodorService
    selector: { query: 'true' }
    port:
      entity:
        mappings:
          properties:
            kind: .kind
            other: "x"
  - selector:
      query: 'true'
    "kind": "apps/v1/deployments"
  - kind: komodorService
other:
  - kind: nothing
`;
    expect(kindsInText(text)).toEqual(['komodorService', 'apps/v1/deployments']);
  });

  it.each([
    ['{"resources":[{"kind":"komodorJob"},{"kind":"a b"}]}', ['komodorJob']],
    ['resources:\n- kind: komodorJob\n  port: [', ['komodorJob']],
    ['resources: [', []],
    ['', []],
  ])('can be read from %j', (text, kinds) => expect(kindsInText(text)).toEqual(kinds));

  it('are all that the shipped mapping names', () => {
    expect(kindsInText(readProjectFile('mappings/komodor.yaml').text)).toEqual([
      'komodorService',
      'komodorHealthMonitoring',
    ]);
  });
});

describe('a pasted item', () => {
  it.each([
    ['{"a": 1}', { item: { a: 1 }, note: undefined }],
    ['[{"a": 1}, {"a": 2}]', { item: { a: 1 }, note: 'The first of 2 items is mapped.' }],
    ['{"data": {"services": [{"a": 1}]}}', { item: { a: 1 }, note: undefined }],
    ['{"kind": "List", "items": [{"a": 1}, {"a": 2}]}', { item: { a: 1 }, note: 'The first of 2 items is mapped.' }],
  ])('is found in %s', (text, found) => expect(readPasted(text)).toEqual(found));

  it.each([
    ['', 'There is no item yet', undefined],
    ['5', 'no item', 1],
    ['[]', 'no items', 1],
    ['{\n  "a": 1', 'Line 2: the JSON ends too early', 2],
    ["{ 'a': 1 }", "Line 1, column 3: JSON cannot go on with 'a': here. Texts stand in double quotes.", 1],
    ['{"a": 1,}', 'comma before it is one too many', 1],
    ['{"a": 1 "b": 2}', 'A comma may be missing', 1],
    ['{a: 1}', 'Names and texts stand in double quotes', 1],
  ])('is refused in words: %j', (text, words, line) => {
    const found = readPasted(text);
    expect(found).toMatchObject({ problem: expect.stringContaining(words), line });
  });
});

describe('a question that is asked when it is quiet', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());
  const NOTHING: Asked<string> = { value: undefined, problem: undefined, state: 'asking' };

  function asking(answers: readonly (string | ApiProblem)[], signal = new AbortController().signal) {
    const seen: Asked<string>[] = [];
    let asked = 0;
    const ask = async () => {
      const answer = answers[asked++];
      if (answer instanceof ApiProblem) throw answer;
      return answer ?? 'none';
    };
    const done = askWhenQuiet(ask, { delayMs: 400, before: NOTHING, onChange: (now) => seen.push(now), signal });
    return { seen, done, count: () => asked };
  }

  it('waits, and gives up when something is typed meanwhile', async () => {
    const stop = new AbortController();
    const first = asking(['a'], stop.signal);
    await vi.advanceTimersByTimeAsync(399);
    expect(first.count()).toBe(0);
    stop.abort();
    await vi.advanceTimersByTimeAsync(1_000);
    await first.done;
    expect([first.count(), first.seen]).toEqual([0, [NOTHING]]);
  });

  it('asks again after the time that a busy service names', async () => {
    const busy = new ApiProblem(429, 'too_many_requests', 'busy', { retryAfterSeconds: 7 });
    const { seen, count } = asking([busy, 'b']);
    await vi.advanceTimersByTimeAsync(400);
    expect([count(), seen.at(-1)]).toEqual([1, { value: undefined, problem: busy, state: 'waiting' }]);
    await vi.advanceTimersByTimeAsync(6_999);
    expect(count()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(seen.at(-1)).toEqual({ value: 'b', problem: undefined, state: 'answered' });
  });

  it('tells any other problem, once', async () => {
    const problem = new ApiProblem(503, 'port_unavailable', 'away');
    const { seen, count } = asking([problem]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([count(), seen.at(-1)]).toEqual([1, { value: undefined, problem, state: 'answered' }]);
  });
});

describe('findings', () => {
  const finding = (changes: Partial<Finding>): Finding => ({
    ...{ code: 'null_unguarded', severity: 'warning', file: null, path: 'p', line: 3, message: 'm.', advice: 'a.' },
    ...changes,
  });

  it('are errors first, then by line', () => {
    const all = [finding({ line: null }), finding({ line: 9 }), finding({ line: 12, severity: 'error' }), finding({})];
    expect(inOrder(all).map(({ line }) => line)).toEqual([12, 3, 9, null]);
    expect(marksOf(all).map(({ line, message }) => [line, message])).toContainEqual([3, 'm. a. (null_unguarded)']);
    expect(marksOf(all)).toHaveLength(3);
  });

  it('are counted in words', () => {
    expect(countsText([])).toBe('No errors');
    expect(samplesText(null)).toBe('');
    expect(samplesText({ from: 'live', kinds: { komodorService: 30, komodorJob: 2 } })).toBe(
      ', tried on 30 komodorService, 2 komodorJob',
    );
    expect(countsText([finding({})])).toBe('No errors, 1 warning');
    expect(countsText([finding({}), finding({}), finding({ severity: 'error' })])).toBe('1 error, 2 warnings');
  });
});

describe('a refusal', () => {
  it.each([
    'plan_unfit',
    'mapping_changed',
    'mapping_in_files',
    'run_not_found',
    'invalid_request',
    'queue_unavailable',
    'too_many_requests',
    'took_too_long',
    'port_unavailable',
    'token_not_configured',
    'unauthorized',
  ])('of code %s is explained', (code) => {
    expect(Object.keys(PROBLEMS)).toContain(code);
    const { what, next } = refusalOf({ code, message: 'as the service says' });
    expect(what).not.toBe('as the service says');
    expect(next.length).toBeGreaterThan(10);
  });

  it('of an unknown code is told as the service says it', () => {
    expect(refusalOf({ code: 'other', message: 'Oh.' })).toEqual({ what: 'Oh.', next: 'Try again.', replan: false });
  });
});

describe('a draft', () => {
  const DRAFT = { mapping: 'm', base: 'b', item: '{}', itemKind: 'k', tests: '', plan: { runId: 'r', mapping: 'm' } };

  it('outlives a reload, and a broken one counts as none', () => {
    const kept = new Map<string, string>();
    const store = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, text: string) => void kept.set(key, text),
    };
    expect(readDraft(store)).toBeUndefined();
    expect(keepDraft(store, DRAFT)).toBe(true);
    expect(readDraft(store)).toEqual(DRAFT);
    for (const broken of [
      '{',
      '5',
      '{}',
      JSON.stringify({ ...DRAFT, plan: { runId: 5 } }),
      JSON.stringify({ ...DRAFT, item: 5 }),
    ]) {
      expect(readDraft({ getItem: () => broken }), broken).toBeUndefined();
    }
  });

  it('that is too large is not kept, and that is told', () => {
    const setItem = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    expect(keepDraft({ setItem }, DRAFT)).toBe(false);
  });
});

describe('a test of an item', () => {
  it('expects what comes out, and joins the others', () => {
    const entity = { blueprint: 'b', identifier: 'i', properties: {}, relations: {} };
    const row = { entry: 'resources[0]', result: 'entity' as const, entity, fields: [], problems: [] };
    const text = testOfItem(
      'komodorService',
      { a: 1 },
      { kind: 'k', mapping: 'm', problems: [], items: [{ label: 'one', rows: [row] }] },
    );
    const both = withTest(withTest('', text), text.replace('one', 'two'));
    expect(both.match(/^tests:/gm)).toHaveLength(1);
    expect(both.match(/^ {2}- name: "(one|two)"$/gm)).toHaveLength(2);
    expect(both).toContain('"identifier": "i"');
  });

  it.each([
    ['filtered' as const, 'filtered: true'],
    ['rejected' as const, 'rejected: "identifier"'],
  ])('expects that it is %s', (result, expected) => {
    const fields = [{ path: 'identifier', expression: '.a', error: 'it gives null' }];
    const row = { entry: 'resources[0]', result, fields, problems: [] };
    const document = { kind: 'k', mapping: 'm', problems: [], items: [{ label: 'one', rows: [row] }] };
    expect(testOfItem('k', {}, document)).toContain(expected);
  });
});

describe('the colours of YAML', () => {
  function tokens(text: string) {
    const state = yamlParser.startState?.(2) ?? { block: -1, keyMayFollow: true };
    return text.split('\n').map((line) => {
      const stream = new StringStream(line, 2, 2);
      const found: [string, string][] = [];
      while (!stream.eol()) {
        stream.start = stream.pos;
        const style = yamlParser.token(stream, state);
        expect(stream.pos, `it goes on in ${line}`).toBeGreaterThan(stream.start);
        if (style !== null) found.push([style, stream.current().trim()]);
      }
      return found;
    });
  }

  it('tell keys, texts, numbers, comments and blocks apart', () => {
    const found = tokens(`resources: # all
  - kind: komodorService
    identifier: |-
      .a: b | "c"

    "x y": 'it''s' # why
    n: 0.3
    flow: { a: true, "b": [1, x] }`);
    expect(found).toEqual([
      [
        ['propertyName', 'resources'],
        ['comment', '# all'],
      ],
      [['propertyName', 'kind']],
      [
        ['propertyName', 'identifier'],
        ['keyword', '|-'],
      ],
      [['string', '.a: b | "c"']],
      [],
      [
        ['propertyName', '"x y"'],
        ['string', "'it''s'"],
        ['comment', '# why'],
      ],
      [
        ['propertyName', 'n'],
        ['number', '0.3'],
      ],
      [
        ['propertyName', 'flow'],
        ['propertyName', 'a'],
        ['bool', 'true'],
        ['propertyName', '"b"'],
        ['number', '1'],
      ],
    ]);
  });

  it('come to an end for anything', () => {
    for (const text of ['"', "'", '{{{', ': : :', '- - -', '|', '\u202e#', '[}', '@', 'a:b', '\\']) tokens(text);
  });
});

describe('writing to Port', () => {
  const draft = { mapping: 'new', plan: { runId: 'r', mapping: 'new' } };
  const given = { draft, source: 'port' as const, isEdited: true, report: runReport() };

  it('is offered after a plan of exactly this text, and otherwise it is said why not', () => {
    expect(whyNotWritten(given)).toBeUndefined();
    expect(whyNotWritten({ ...given, source: 'file' })).toContain('Files are the source');
    expect(whyNotWritten({ ...given, isEdited: false })).toContain('Nothing is edited');
    expect(whyNotWritten({ ...given, draft: { mapping: 'new' } })).toContain('Plan it first');
    expect(whyNotWritten({ ...given, draft: { ...draft, mapping: 'newer' } })).toContain('changed after the plan');
    expect(whyNotWritten({ ...given, report: undefined })).toContain('not finished');
    expect(whyNotWritten({ ...given, report: runReport({ status: 'failed' }) })).toContain('failed');
    expect(whyNotWritten({ ...given, report: runReport({ status: 'aborted' }) })).toContain('stopped');
    expect(whyNotWritten({ ...given, report: runReport({ status: 'blocked' }) })).toBeUndefined();
  });
});

describe('what became of an item', () => {
  const row = { entry: 'resources[0]', fields: [], problems: [] };
  const selector = { path: 'selector.query', expression: '.a', value: false };

  it('is explained when it gives no entity', () => {
    expect(wordsOf({ ...row, result: 'entity' }).why).toBe('');
    expect(wordsOf({ ...row, result: 'filtered', fields: [selector] }).why).toContain('The selector');
    expect(wordsOf({ ...row, result: 'filtered', problems: ['itemsToParse gives no element'] }).why).toBe('');
    expect(wordsOf({ ...row, result: 'rejected' }).why).toContain('Nothing usable');
  });
});

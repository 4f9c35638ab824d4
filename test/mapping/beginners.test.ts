import { describe, expect, it } from 'vitest';
import { withInput } from '../../src/mapping/failed-input.ts';
import { compile, entry, items } from './support.ts';

async function complaintAbout(title: string): Promise<string> {
  const { problems } = await compile([entry({}, { title })]);
  return problems.map(({ message }) => message).join('\n');
}

describe('a mistake of somebody who begins with jq', () => {
  it.each([
    [
      'komodorService',
      `a text needs inner quotes: '"komodorService"'; a field of the item begins with a dot: .komodorService`,
    ],
    ['my-service', `a text needs inner quotes: '"my-service"'`],
    ['Komodor Service', `a text needs inner quotes: '"Komodor Service"'`],
    ['.status == healthy', 'a text needs quotes: "healthy", and a field of the item a dot: .healthy'],
    ['.labels.app-name', '.labels["app-name"]'],
    ['.labels.app.kubernetes.io/name', '.labels["app.kubernetes.io/name"]'],
    ['.app-name | ascii_downcase', '.["app-name"]'],
  ])('leads to its cure: %s', async (expression, cure) => {
    expect(await complaintAbout(expression)).toContain(cure);
  });

  it.each([
    ['.status |', 'it ends where more is expected (line 1, column 10)'],
    ['.a\n| .b |', 'it ends where more is expected (line 2, column 7)'],
    ['.a[', 'a "]" is missing for what begins at line 1, column 3'],
    ['.a)', 'there is a ")" too many, at line 1, column 3'],
    ['.a |\n  "b', 'a string is not closed; it begins at line 2, column 3'],
    ['.a\n  || .b', '(line 2, column 4)'],
    ['.a.b\n| foo(.c)\n| .x', 'foo/1 is not defined (line 2, column 3)'],
    ['.a = = 2', '(line 1, column 6)'],
  ])('is shown at its place: %j', async (expression, place) => {
    expect(await complaintAbout(expression)).toContain(place);
  });

  it('is told as a blueprint, too, where it costs the entry', async () => {
    const { problems } = await compile([entry({}, { blueprint: 'komodorService' })]);
    expect(problems).toMatchObject([{ costs: 'entry', message: expect.stringContaining(`'"komodorService"'`) }]);
  });
});

describe('a function that fails', () => {
  it('is reported with the input that it saw', async () => {
    const { program } = await compile([entry({}, { title: '.labels.team | ascii_downcase' })]);
    const [mapped] = await program.map(items({ id: 'a', labels: { app: 'x' } }), new AbortController().signal);
    expect(mapped?.rows).toMatchObject([
      { failures: [{ path: 'title', message: expect.stringContaining('(.labels.team was null)') }] },
    ]);
  });

  const item = {
    long: 'x'.repeat(500),
    n: 1,
    list: [1],
    labels: { 'a b': { c: true }, token: 'abc', note: 'password=hunter2' },
    accessKey: 'abc',
  };

  it.each([
    ['.n | foo', 'no (.n was 1)'],
    ['.labels["a b"].c | foo', 'no (.labels["a b"].c was true)'],
    ['.["n"] | foo', 'no (.["n"] was 1)'],
    ['.constructor | foo', 'no (.constructor was null)'],
    ['.n.deeper | foo', 'no (.n.deeper was null)'],
    ['.labels.token | foo', 'no (.labels.token was a string)'],
    ['.accessKey | foo', 'no (.accessKey was a string)'],
    ['.labels.note | foo', 'no (.labels.note was a string)'],
    ['.labels | foo', 'no (.labels was an object)'],
    ['foo(.n)', 'no'],
    ['.[0] | foo', 'no'],
  ])('%s', (expression, message) => expect(withInput('no', expression, item)).toBe(message));

  it('shows no more of it than a line', () => {
    expect(withInput('no', '.long | foo', item).length).toBeLessThan(120);
  });

  it('does not repeat what jq has said already', () => {
    expect(withInput('"abc" (string) is odd', '.x | foo', { x: 'abc' })).toBe('"abc" (string) is odd');
  });
});

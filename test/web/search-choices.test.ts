import { describe, expect, it } from 'vitest';
import {
  type Choice,
  catalogChoice,
  entityChoice,
  fitting,
  type RunSummary,
  runChoice,
} from '../../web/shell/search/choices.ts';

const run = (at: number): Choice => ({
  id: `r${at}`,
  group: 'Runs',
  text: `Resync ${at} min ago`,
  detail: 'schedule',
  to: `/runs/r${at}`,
});
const choices: readonly Choice[] = [
  { id: '/', group: 'Views', text: 'Now', to: '/' },
  { id: '/timeline', group: 'Views', text: 'Timeline', to: '/timeline' },
  ...Array.from({ length: 20 }, (_, at) => run(at)),
];

describe('what fits a text', () => {
  it.each([
    ['time', ['/timeline']],
    ['TIME line', ['/timeline']],
    ['views', ['/', '/timeline']],
    ['resync schedule 13', ['r13']],
    ['nothing', []],
    ['.*', []],
  ])('%j are %j', (text, ids) => expect(fitting(choices, text).map(({ id }) => id)).toEqual(ids));

  it('are all views and the latest runs before there is a text, and some more runs with one', () => {
    expect(fitting(choices, ' ').length).toBe(2 + 5);
    expect(fitting(choices, 'resync').length).toBe(8);
  });
});

describe('a choice leads', () => {
  const summary: RunSummary = {
    ...{ runId: 'a/b', mode: 'plan', trigger: 'http', status: 'completed', kinds: [], href: '' },
    ...{ requestedAt: '2026-09-01T07:40:00.000Z', startedAt: null, finishedAt: null },
  };
  const found = {
    blueprint: 'komodorService',
    identifier: 'prod/a?b',
    title: 'A',
    inPort: false,
    verdict: null,
    detail: null,
    href: null,
  };

  it.each([
    [runChoice(summary, 'now').to, '/plan/a%2Fb'],
    [runChoice({ ...summary, mode: 'resync' }, 'now').to, '/runs/a%2Fb'],
    [entityChoice(found).to, '/catalog/komodorService/prod%2Fa%3Fb'],
    [entityChoice({ ...found, blueprint: null }).to, '/catalog?q=prod%2Fa%3Fb'],
    [catalogChoice('a&b=c').to, '/catalog?q=a%26b%3Dc'],
  ])('to %s', (to, expected) => expect(to).toBe(expected));

  it('and says whether Port has the entity', () => {
    expect(entityChoice(found).detail).toBe('komodorService · not in Port · prod/a?b');
    expect(entityChoice({ ...found, inPort: true, title: null }).detail).toBe('komodorService · in Port');
  });
});

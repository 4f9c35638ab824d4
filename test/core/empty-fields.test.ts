import { describe, expect, it } from 'vitest';
import { EmptyFields } from '../../src/core/empty-fields.ts';
import type { JsonObject, ResourceEntry } from '../../src/core/model.ts';

function findings(expression: string, items: readonly JsonObject[], fields: Partial<ResourceEntry> = {}) {
  const entry: ResourceEntry = {
    path: 'resources[0]',
    kind: 'komodorService',
    selectorQuery: 'true',
    selector: {},
    templates: [
      { path: 'resources[0]', identifier: '.id', blueprint: '"x"', properties: { team: expression }, relations: {} },
    ],
    ...fields,
  };
  const empty = new EmptyFields([entry]);
  const entity = { blueprint: 'x', identifier: 'x', properties: {}, relations: {} };
  for (const value of items) {
    empty.take([{ item: { key: '', label: '', value }, rows: [{ type: 'entity', entry, entity, failures: [] }] }]);
  }
  return empty.findings().map(({ message }) => message);
}

const many = (...values: JsonObject[]) =>
  Array.from({ length: 134 }, (_, index) => values[index % values.length] ?? {});

describe('a field that no item has', () => {
  it.each([
    [
      '.labels.taem',
      { labels: { team: 'a', app: 'b' } },
      '.labels.taem is null for all 134 items (there are: team, app)',
    ],
    ['.labels["onwer"]', { labels: { owner: 'a' } }, 'is null for all 134 items (did you mean .labels.owner?)'],
    ['.labels.app_name', { labels: { 'app-name': 'a' } }, '(did you mean .labels["app-name"]?)'],
    ['.stauts', { status: 'healthy' }, '.stauts is null for all 134 items (did you mean .status?)'],
    ['.Status', { status: 'healthy' }, 'did you mean .status?'],
    ['.statuss', { status: 'healthy' }, 'did you mean .status?'],
  ])('is said: %s', (expression, item, message) => {
    expect(findings(expression, many(item, {}))).toEqual([expect.stringContaining(message)]);
  });

  it.each([
    ['one item has it', '.labels.team', many({ labels: { app: 'a' } }).concat({ labels: { team: 'b' } })],
    ['one item has it, as null', '.labels.team', many({ labels: {} }).concat({ labels: { team: null } })],
    ['Komodor leaves it out of all items', '.lastDeploy', many({ status: 'healthy' })],
    ['no item has labels', '.labels.team', many({}, { labels: {} }, { labels: null })],
    ['there are few items', '.labels.taem', [{ labels: { team: 'a' } }]],
    ['the expression is more than a path', '.labels.taem // "none"', many({ labels: { team: 'a' } })],
  ])('is not said where %s', (_, expression, items) => expect(findings(expression, items)).toEqual([]));

  it('is not said of elements', () => {
    const itemsToParse = { expression: '.list', name: 'item', topLevelTransform: true };
    expect(findings('.item.taem', many({ labels: {} }), { itemsToParse })).toEqual([]);
  });
});

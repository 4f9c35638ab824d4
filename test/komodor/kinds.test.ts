import { describe, expect, it, onTestFinished } from 'vitest';
import { definitionOf, KOMODOR_KINDS } from '../../src/komodor/kinds.ts';
import { subjectOf } from '../../src/sandbox/world/model.ts';
import { describeKind, type Example, objectionsTo, openStage } from './kind.contract.ts';

const text = (value: unknown) => (typeof value === 'string' ? value : '');

/** One for each kind. */
const EXAMPLES: { readonly [kind: string]: Example } = {
  komodorService: {
    route: 'services',
    scopedRoute: 'services-scoped',
    count: ({ services }) => services.length,
    addressOf: ({ value }) => ({
      cluster: text(value.cluster),
      namespace: text(value.namespace),
      kind: text(value.kind),
      name: text(value.service),
    }),
  },
  komodorHealthMonitoring: {
    route: 'risks',
    scopedRoute: 'risks-scoped',
    // A quarter as many static ones come only when they are asked for.
    count: ({ services }) => services.length,
    addressOf: ({ value }) => subjectOf(text(value.komodorUid)),
  },
};

it('has an example of every kind', () => expect(Object.keys(EXAMPLES)).toEqual([...KOMODOR_KINDS]));

for (const [kind, example] of Object.entries(EXAMPLES)) describeKind(definitionOf(kind), example);

describe('a kind that proves nothing by its second read', () => {
  it.each(KOMODOR_KINDS)('does not pass: %s', async (name) => {
    const stage = await openStage();
    onTestFinished(() => stage.close());
    const honest = definitionOf(name);
    const again = { ...honest, readDifferently: honest.read };
    expect(await objectionsTo(again, stage)).toEqual([
      expect.stringContaining('the second read of everything asks again'),
    ]);
    const wide: typeof honest = { ...honest, readScope: (reading, selector) => honest.read(reading, selector) };
    expect(await objectionsTo(wide, stage)).toContainEqual(expect.stringContaining('the closer look asks again'));
  });
});

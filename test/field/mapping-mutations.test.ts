import { readFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { parse } from 'yaml';
import { createRandom, type Random } from '../../src/sandbox/random.ts';
import { explain, type Harness, it } from '../resync/harness.ts';
import { filled, namesOf } from './stage.ts';

const SHIPPED = readFileSync(new URL('../../mappings/komodor.yaml', import.meta.url), 'utf8');
const TOKEN = /"(?:[^"\\]|\\.)*"|\.[a-zA-Z_]\w*|[a-zA-Z_]\w*|\d+|==|\/\/|\S/g;
/** What may stand in a token's place, by its first character, so that many of the mistakes still compile. */
const REPLACEMENTS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^\.\w/, ['.uid', '.status', '.cluster', '.service', '.id', '.severity', '.nothing', '.', 'null', 'empty']],
  [/^"/, ['""', '"x"', '"|"', '"komodorService"', '.kind', 'null']],
  [/^\w/, ['true', 'false', 'null', 'not', 'length', 'empty', 'first', 'any', '0', '7']],
  [/^./, ['', ',', '|', '+', ')', '//', '..']],
];
const MUTATIONS = 45;

/** Where a jq expression stands in a mapping, and how to put another one there. */
interface Place {
  readonly path: string;
  readonly expression: string;
  with(expression: string): string;
}

/** All expressions of the shipped mapping. */
function placesOf(text: string): readonly Place[] {
  const places: Place[] = [];
  const visit = (node: unknown, keys: readonly (string | number)[]) => {
    if (typeof node === 'string' && keys.at(-1) !== 'kind') {
      places.push({ path: keys.join('.'), expression: node, with: (expression) => replaced(text, keys, expression) });
    }
    if (typeof node !== 'object' || node === null) return;
    for (const [key, inner] of Object.entries(node)) visit(inner, [...keys, key]);
  };
  visit(parse(text), []);
  return places;
}

function replaced(text: string, keys: readonly (string | number)[], expression: string): string {
  const mapping = parse(text);
  const parent = keys.slice(0, -1).reduce((node, key) => node[key], mapping);
  parent[keys.at(-1) ?? ''] = expression;
  return JSON.stringify(mapping);
}

/** One token less, another, or one more. */
function mutate(expression: string, random: Random): string {
  const tokens = [...expression.matchAll(TOKEN)];
  const token = random.pick(tokens);
  const fitting = REPLACEMENTS.find(([start]) => start.test(token[0]))?.[1] ?? [];
  const replacement = random.chance(0.25) ? '' : random.pick(fitting);
  return expression.slice(0, token.index) + replacement + expression.slice(token.index + token[0].length);
}

/** Identifiers and selectors decide what goes; they get half of the mutations. */
function pickPlace(places: readonly Place[], random: Random): Place {
  const decisive = places.filter(({ path }) => /identifier|query|blueprint$/.test(path));
  return random.pick(random.chance(0.5) ? decisive : places);
}

/** Brings Port back to what it was, past its API. */
function restorer({ store }: Harness): () => void {
  const before = store.blueprints().map(({ identifier }) => [identifier, store.entitiesOf(identifier)] as const);
  return () => {
    for (const [blueprint, entities] of before) {
      for (const { identifier } of store.entitiesOf(blueprint)) store.dropEntity(blueprint, identifier);
      for (const entity of entities) store.putEntity(entity);
    }
  };
}

describe('a mistake in the mapping', () => {
  it('mapping-mutations: no change of a single token deletes anything without approval, and a plan says the same', async ({
    start,
  }) => {
    const harness = await filled(start, { services: 12, mapping: SHIPPED });
    const restore = restorer(harness);
    const names = ['komodorService', 'komodorHealthMonitoring'].map((blueprint) => namesOf(harness, blueprint));
    const places = placesOf(SHIPPED);
    expect(places.length).toBeGreaterThan(25);
    const random = createRandom(19, 'mapping', 0);
    const verdicts = new Map<string, number>();
    for (let mutation = 0; mutation < MUTATIONS; mutation += 1) {
      const place = pickPlace(places, random);
      const expression = mutate(place.expression, random);
      const story = `${place.path}: ${expression}`;
      await harness.reopen({ mapping: place.with(expression) });
      if (mutation % 5 === 0) {
        const { changes = [] } = await harness.run('plan');
        expect(
          changes.filter(({ action, blocked }) => action === 'delete' && blocked !== true),
          story,
        ).toEqual([]);
      }
      const report = await harness.run();
      expect(harness.store.deletions, `${story}\n${explain(report)}`).toEqual([]);
      for (const [at, blueprint] of ['komodorService', 'komodorHealthMonitoring'].entries()) {
        expect(namesOf(harness, blueprint), story).toEqual(expect.arrayContaining([...(names[at] ?? [])]));
      }
      verdicts.set(report.status, (verdicts.get(report.status) ?? 0) + 1);
      restore();
    }
    // The sample must hold mistakes of every sort: those that would delete, those that break, and harmless ones.
    expect(verdicts.get('blocked')).toBeGreaterThan(2);
    expect(verdicts.get('degraded')).toBeGreaterThan(2);
    expect(verdicts.get('completed')).toBeGreaterThan(2);
  });
});

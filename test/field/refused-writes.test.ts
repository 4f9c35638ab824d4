import { readFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { createRandom, type Random } from '../../src/sandbox/random.ts';
import { blueprintOf, explain, it, problemsOf } from '../resync/harness.ts';
import { serviceIdentifier } from '../resync/oracle.ts';
import { servicesMapping } from '../resync/shipped.ts';
import { worldOf } from '../resync/world-steps.ts';
import { atEachRequest, filled } from './stage.ts';

const MEBIBYTE = 1024 * 1024;

/** A blueprint of a test's own, and a mapping of services that fills it. */
function thing(properties: object, relations: object, mappings: object) {
  const blueprint = { identifier: 'thing', title: 'Thing', schema: { properties }, relations };
  const entity = { mappings: { identifier: '.service', blueprint: '"thing"', ...mappings } };
  const mapping = JSON.stringify({
    createMissingRelatedEntities: false,
    resources: [{ kind: 'komodorService', selector: { query: 'true' }, port: { entity } }],
  });
  return { mapping, port: { initial: { blueprints: [blueprint] } } };
}

function shippedBlueprint() {
  return JSON.parse(readFileSync(new URL('../../blueprints/komodor-service.json', import.meta.url), 'utf8'));
}

describe.concurrent('writes that Port does not take', () => {
  it('bulk-207-every-subset: whichever of four entities are refused, these and no others are missing, named and sent again', async ({
    start,
  }) => {
    const harness = await filled(start, { world: worldOf({}, {}, {}, {}), mapping: servicesMapping({}) });
    const { services } = harness.world;
    for (let subset = 0; subset < 16; subset += 1) {
      for (const [at, service] of services.entries()) services[at] = { ...service, labels: { subset: String(subset) } };
      const refused = [0, 1, 2, 3].filter((place) => (subset >> place) % 2 === 1);
      if (refused.length > 0) harness.port.faults.add(`bulk -> refuse-item ${refused.join()} 422`);
      const report = await harness.run();
      harness.port.faults.clear();
      const behind = harness.store
        .entitiesOf('komodorService')
        .filter(({ properties }) => JSON.stringify(properties.labels) !== `{"subset":"${subset}"}`)
        .map(({ identifier }) => identifier);
      expect(report.status).toBe(refused.length === 0 ? 'completed' : refused.length === 4 ? 'failed' : 'degraded');
      expect(blueprintOf(report, 'komodorService')).toMatchObject({
        updated: 4 - refused.length,
        failed: refused.length,
      });
      expect(
        problemsOf(report, 'upsert_failed')
          .flatMap(({ samples }) => samples)
          .sort(),
      ).toEqual(behind.sort());
      expect(behind).toHaveLength(refused.length);
    }
    expect((await harness.run()).status).toBe('completed');
    harness.expectTruth();
  });

  it('port-one-mebibyte: requests are packed to the byte, with characters of several bytes, and never one byte beyond', async ({
    start,
  }) => {
    const noted = thing({ note: { type: 'string' } }, {}, { properties: { note: '.labels.note' } });
    const harness = await start({ world: worldOf({ service: 'a' }, { service: 'b' }), ...noted });
    const { services } = harness.world;
    let round = 0;
    const write = async (...sizes: readonly number[]) => {
      round += 1;
      const notes = sizes.map((size) => noteOf(size, round));
      for (const [at, note] of notes.entries()) {
        const service = services[at];
        if (service) services[at] = { ...service, labels: { note } };
      }
      harness.cutLogs();
      const report = await harness.run();
      expect(harness.port.log.filter(({ status }) => status === 413)).toEqual([]);
      const bodies = harness.port.log.filter(({ route }) => route === 'bulk').map(({ bodyBytes }) => bodyBytes);
      const stored = ['a', 'b']
        .slice(0, sizes.length)
        .map((name) => harness.store.entity('thing', name)?.properties.note);
      return { report, bodies, stored, notes };
    };
    const [both = 0] = (await write(100, 100)).bodies;
    for (const surplus of [-1, 0, 1]) {
      const { report, bodies, stored, notes } = await write(500_000, MEBIBYTE - (both - 200) - 500_000 + surplus);
      expect(report.status, explain(report)).toBe('completed');
      if (surplus <= 0) expect(bodies).toEqual([MEBIBYTE + surplus]);
      else expect(bodies).toHaveLength(2);
      expect(stored).toEqual(notes);
    }
    const [one = 0] = (await write(100)).bodies;
    const largest = await write(MEBIBYTE - (one - 100));
    expect(largest.bodies).toEqual([MEBIBYTE]);
    expect(largest.stored).toEqual(largest.notes);
    const oversized = await write(MEBIBYTE - (one - 100) + 1);
    expect(oversized.report.status).toBe('degraded');
    expect(problemsOf(oversized.report, 'entity_too_large')).toMatchObject([{ count: 1 }]);
    expect(oversized.stored).toEqual(largest.notes);
  });

  it('jupiterone-413-shrink: a batch that is too large after all is cut in two until it passes', async ({ start }) => {
    const harness = await start({ services: 20, risksPerService: 0 });
    for (const call of [1, 2, 4]) harness.port.faults.add(`bulk call ${call} -> 413`);
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(harness.port.log.filter(({ route }) => route === 'bulk').map(({ status }) => status)).toEqual([
      413, 413, 200, 413, 200, 200, 200,
    ]);
    harness.expectTruth();
  });

  it('port-identifier-alphabet: whatever text a name is made of, it gets an identifier of its own that Port takes', async ({
    start,
  }) => {
    const names = [
      '.',
      '..',
      '...',
      '=2E',
      'caf\u00e9',
      'cafe\u0301',
      '\u202eabc',
      '😀',
      '\u0000',
      'a b',
      'a%20b',
      'a=20b',
    ];
    names.push(
      'x'.repeat(1_000),
      'x'.repeat(1_001),
      `${'x'.repeat(1_001)}y`,
      'ß',
      'SS',
      '\ufeff',
      '__proto__',
      'constructor',
    );
    names.push("'", '"', '\\', '/', '\n', '#{}', '%00', '漢字', 'א', '(a)', '=28a=29', '|', '$', '~', 'e_1', 'null');
    const harness = await start({ world: worldOf(...names.map((service) => ({ service }))), ...thing({}, {}, {}) });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    const identifiers = harness.store.entitiesOf('thing').map(({ identifier }) => identifier);
    expect(new Set(identifiers).size).toBe(names.length);
    for (const identifier of identifiers) expect(identifier).toMatch(/^(?!\.{1,2}$)[\p{L}0-9@_.+:\\/=-]{1,1000}$/u);
    harness.cutLogs();
    expect((await harness.run()).status).toBe('completed');
    expect(harness.portWrites()).toEqual([]);
  });

  it.for([1, 2, 3])(
    'relation-graph: circles, loops, missing and many targets come out right, whatever the order, and stay so: seed %s',
    async (seed, { start }) => {
      const random = createRandom(seed, 'graph', 0);
      const names = Array.from({ length: 12 }, (_, at) => `n${at}`);
      const graph = names.map((service) => ({ service, labels: labelsOf(random, names) }));
      const late = graph.splice(8);
      const relations = { next: { target: 'thing' }, others: { target: 'thing', many: true } };
      const mapped = { next: '.labels.next', others: '.labels.others | split(",")' };
      const harness = await start({ world: worldOf(...graph), ...thing({}, relations, { relations: mapped }) });
      const expectGraph = () => {
        const present = new Set(harness.world.services.map(({ service }) => service));
        for (const { service, labels: { next = '', others = '' } = {} } of harness.world.services) {
          const found = harness.store.entity('thing', service)?.relations ?? {};
          const whole = [next, ...others.split(',')].filter((name) => present.has(name)).sort();
          const stored = [found.next ?? [], found.others ?? []].flat().sort();
          expect(stored, service).toEqual(whole);
        }
      };
      const report = await harness.run();
      expect(problemsOf(report, 'relation_target_missing').length).toBeGreaterThan(0);
      expect(blueprintOf(report, 'thing')).toMatchObject({ created: 8, failed: 0 });
      expectGraph();
      harness.world.services.push(...worldOf(...late).services);
      const next = await harness.run();
      expect(next.status, explain(next)).toBe('completed');
      expectGraph();
      harness.cutLogs();
      await harness.run();
      expect(harness.portWrites()).toEqual([]);
    },
  );

  it.for([
    ['loses a property', { drop: 'labels' }, 'completed'],
    ['demands a property', { require: 'owner' }, 'degraded'],
    ['narrows a property', { status: { type: 'string', enum: ['on-fire'] } }, 'degraded'],
    ['is gone', 'remove', 'completed'],
  ] as const)(
    'blueprint-changes-mid-run: a blueprint that %s in the middle of a run is admitted, and the next run does what can be done',
    async ([, change, status], { start }) => {
      const harness = await start({ services: 60, risksPerService: 0, port: { strictProperties: true } });
      let calls = 0;
      const stop = atEachRequest(harness.port, ({ route }) => {
        if (route !== 'bulk') return;
        calls += 1;
        if (calls !== 1) return;
        if (change === 'remove') harness.store.removeBlueprint('komodorService');
        else harness.store.putBlueprint(changed(change));
      });
      const report = await harness.run();
      stop();
      expect(['degraded', 'failed']).toContain(report.status);
      const { failed, created } = blueprintOf(report, 'komodorService');
      const counted = (code: 'upsert_failed' | 'value_refused') =>
        problemsOf(report, code).reduce((sum, { count }) => sum + count, 0);
      // Where Port names the property, the entity lands without it.
      expect(failed + counted('value_refused')).toBeGreaterThan(0);
      expect(failed + created).toBe(60);
      expect(counted('upsert_failed')).toBe(failed);
      const next = await harness.run();
      expect(next.status === 'failed' ? 'degraded' : next.status, explain(next)).toBe(status);
      if (status === 'completed') harness.expectTruth();
      expect(harness.store.deletions).toEqual([]);
    },
  );

  it('ocean-0.35.4-redacted-into-entity: what looks like a secret is hidden in messages and stays as it is in the entity', async ({
    start,
  }) => {
    const labels = {
      password: 'hunter2',
      'api-key': 'AKIAIOSFODNN7EXAMPLE',
      authorization: 'Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2ln',
      token: 'ghp_0123456789abcdefghijklmnopqrstuvwxyz',
      ours: 'secret-of-the-tests',
    };
    const harness = await start({
      world: worldOf({ labels }, { labels, service: 'x'.repeat(100) }),
      mapping: servicesMapping({}),
    });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    const [first] = harness.world.services;
    const stored = harness.store.entity('komodorService', first ? serviceIdentifier(first) : '');
    expect(stored?.properties.labels).toEqual(labels);
    harness.expectTruth();
    expect(JSON.stringify(report)).not.toContain('secret-of-the-tests');
  });
});

/** A text of so many bytes, different in each round, with characters of several bytes and some at its end. */
function noteOf(bytes: number, round: number): string {
  const some = `${round % 10}${'é漢😀'.repeat(5)}`;
  const tail = '☕é😀';
  return `${some}${'x'.repeat(bytes - Buffer.byteLength(some + tail))}${tail}`;
}

function labelsOf(random: Random, names: readonly string[]) {
  const others = names.filter(() => random.chance(0.3)).sort();
  return { next: random.pick([...names, 'nobody']), others: others.join(',') };
}

/** The shipped blueprint with a change of somebody else's. */
function changed(change: { readonly [what: string]: unknown }) {
  const body = shippedBlueprint();
  const { drop, require: required, status } = change;
  if (typeof drop === 'string') delete body.schema.properties[drop];
  if (typeof required === 'string') {
    body.schema.properties[required] = { type: 'string' };
    body.schema.required = [required];
  }
  if (status !== undefined) body.schema.properties.status = status;
  return body;
}

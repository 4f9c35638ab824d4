import { describe, expect } from 'vitest';
import { blueprintOf, explain, it, problemsOf } from '../resync/harness.ts';
import { serviceIdentifier } from '../resync/oracle.ts';
import { servicesMapping, shippedMapping } from '../resync/shipped.ts';
import { changeFirst, removeServices, worldOf } from '../resync/world-steps.ts';
import { expectRecovery, filled, namesOf } from './stage.ts';

const SERVICES_ONLY = { services: 30, risksPerService: 0, mapping: servicesMapping({ entityDeletionThreshold: '1' }) };

/** An entry of services into a blueprint of their labels. */
const LABELS = {
  mapping: JSON.stringify({
    entityDeletionThreshold: 1,
    resources: [
      {
        kind: 'komodorService',
        selector: { query: 'true' },
        port: {
          itemsToParse: '.labels | to_entries',
          itemsToParseName: 'label',
          entity: {
            mappings: { identifier: '.service + "." + .label.key', blueprint: '"label"', title: '.label.value' },
          },
        },
      },
    ],
  }),
  port: { initial: { blueprints: [{ identifier: 'label', title: 'Label', schema: { properties: {} } }] } },
};

describe.concurrent('a mistake in the mapping', () => {
  it('ocean-identifier-typo-deletes: a stray parenthesis in the identifier deletes nothing, and is named', async ({
    start,
  }) => {
    const whole = shippedMapping({ entityDeletionThreshold: '1' });
    const harness = await filled(start, { services: 30, mapping: whole });
    const before = harness.store.snapshot();
    const typo = whole.replace('join("-")', 'join("-"))');
    expect(typo).not.toBe(whole);
    await harness.reopen({ mapping: typo });
    const report = await harness.run();
    expect(report.status).toBe('degraded');
    const [problem] = problemsOf(report, 'expression_invalid');
    expect(problem?.message).toContain('resources[0].port.entity.mappings.identifier');
    expect(harness.store.deletions).toEqual([]);
    expect(harness.store.snapshot()).toEqual(before);
  });

  it('ocean-identifier-error-deletes: items whose identifier fails or is null protect what they may stand for', async ({
    start,
  }) => {
    const harness = await filled(start, SERVICES_ONLY);
    const [gone] = removeServices(harness.world, 1);
    const [nameless, failing] = harness.world.services.map(({ service }) => service);
    const mapping = SERVICES_ONLY.mapping.replace(
      /identifier: >-[\s\S]*?title:/,
      `identifier: 'if .service == "${nameless}" then null elif .service == "${failing}" then error("odd") else [.kind, .cluster, .namespace, .service] | join("-") end'\n          title:`,
    );
    const odd = harness.world.services.filter(({ service }) => service === nameless || service === failing);
    await harness.reopen({ mapping });
    const report = await harness.run();
    expect(report.status).toBe('degraded');
    expect(report.kinds).toMatchObject([{ rejected: odd.length }]);
    expect(blueprintOf(report, 'komodorService')).toMatchObject({
      deleted: 0,
      deletionBlocked: { reason: 'rejected', count: odd.length + 1 },
    });
    expect(harness.store.deletions).toEqual([]);
    await harness.reopen({ mapping: SERVICES_ONLY.mapping });
    await expectRecovery(harness);
    expect(gone && namesOf(harness, 'komodorService')).not.toContain(gone && serviceIdentifier(gone));
  });

  it('ocean-items-to-parse-error-deletes: an item that cannot be taken apart keeps its entities, and the others’ too', async ({
    start,
  }) => {
    const world = worldOf({ labels: { team: 'shop', tier: 'gold' } }, { labels: { team: 'search' } });
    const harness = await filled(start, { ...LABELS, world });
    const before = namesOf(harness, 'label');
    expect(before).toHaveLength(3);
    changeFirst(world, { labels: JSON.parse('"no object"') });
    const report = await harness.run();
    expect(report.status).toBe('degraded');
    expect(problemsOf(report, 'item_rejected')).toMatchObject([{ count: 1 }]);
    expect(blueprintOf(report, 'label').deletionBlocked).toMatchObject({ reason: 'rejected', count: 2 });
    expect(namesOf(harness, 'label')).toEqual(before);
  });
});

describe.concurrent('the shipped mapping', () => {
  it('ocean-dead-relation-selector: relates risks to their services, and counts what a dead selector throws away', async ({
    start,
  }) => {
    const dead = `  - kind: komodorHealthMonitoring
    selector: { query: '.komodorUid | split("|") as $parts | length == 4 and ($parts | all(length > 0))' }
    port: { entity: { mappings: { identifier: .id, blueprint: '"relation_only"' } } }`;
    const relationOnly = { identifier: 'relation_only', title: 'Relation', schema: { properties: {} } };
    const mapping = shippedMapping({}, dead);
    const harness = await filled(start, { services: 30, mapping, port: { initial: { blueprints: [relationOnly] } } });
    const related = harness.store.entitiesOf('komodorHealthMonitoring').filter(({ relations }) => relations.service);
    expect(related.length).toBeGreaterThan(5);
    expect(harness.store.entitiesOf('relation_only')).toEqual([]);

    await harness.reopen({
      mapping: shippedMapping({}).replace(/(komodorHealthMonitoring\n\s+selector:\n\s+query: )"true"/, '$1"false"'),
    });
    const risks = harness.store.entitiesOf('komodorHealthMonitoring').length;
    const report = await harness.run();
    expect(report.kinds).toContainEqual(expect.objectContaining({ selected: 0, filtered: risks }));
    expect(blueprintOf(report, 'komodorHealthMonitoring').deletionBlocked).toMatchObject({ reason: 'emptied' });
  });

  it('ocean-kind-read-twice: a kind that two entries map is read once', async ({ start }) => {
    const second = `  - kind: komodorHealthMonitoring
    selector: { query: .severity == "high" }
    port: { entity: { mappings: { identifier: .id, blueprint: '"komodorHealthMonitoring"', properties: { status: .status } } } }`;
    const env = { KOMODOR_RISKS_PAGE_SIZE: '10' };
    const once = await filled(start, { env });
    const twice = await start({ env, mapping: shippedMapping({}, second) });
    const report = await twice.run();
    expect(report.status, explain(report)).toBe('completed');
    const pages = twice.komodor.log.filter(({ route }) => route === 'risks');
    await once.run();
    expect(pages.length).toBeGreaterThan(2);
    expect(pages).toHaveLength(once.komodor.log.filter(({ route }) => route === 'risks').length);
    twice.expectTruth();
  });

  it('ocean-defaults-disagree: what is mapped exists in the shipped blueprints, also for a Port that refuses the rest', async ({
    start,
  }) => {
    const harness = await start({ services: 30, risksPerService: 2, port: { strictProperties: true } });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(problemsOf(report, 'property_undeclared')).toEqual([]);
    expect(problemsOf(report, 'relation_undeclared')).toEqual([]);
    harness.expectTruth();
  });
});

describe.concurrent('an identifier', () => {
  it('ocean-identifiers-collide: two services under one name are both named; the first stays, and no run changes that', async ({
    start,
  }) => {
    const api = { kind: 'Deployment', service: 'api' } as const;
    const world = worldOf(
      { ...api, cluster: 'prod', namespace: 'eu-web', status: 'healthy' },
      { ...api, cluster: 'prod-eu', namespace: 'web', status: 'unhealthy' },
    );
    const harness = await start({ world });
    const report = await harness.run();
    expect(report.status).toBe('degraded');
    const samples = problemsOf(report, 'identifier_collision').flatMap((problem) => problem.samples);
    expect(samples.join()).toContain('Deployment/prod/eu-web/api');
    expect(samples.join()).toContain('Deployment/prod-eu/web/api');
    const before = harness.store.snapshot();
    world.services.reverse();
    harness.cutLogs();
    expect((await harness.run()).status).toBe('degraded');
    expect(harness.portWrites()).toEqual([]);
    expect(harness.store.snapshot()).toEqual(before);
  });

  it('ocean-half-an-identifier: a service without its kind is rejected instead of written as "-prod-…"', async ({
    start,
  }) => {
    const world = worldOf({}, { kind: JSON.parse('null') });
    const harness = await start({ world });
    const report = await harness.run();
    expect(problemsOf(report, 'item_rejected')).toMatchObject([{ count: 1 }]);
    expect(report.status).toBe('degraded');
    const [sound] = world.services.map(serviceIdentifier);
    expect(namesOf(harness, 'komodorService')).toEqual([sound]);
  });

  it('ocean-cluster-name-refused: names that Port does not take as they are get there all the same, apart from each other', async ({
    start,
  }) => {
    const clusters = [
      'my cluster',
      'my (cluster)',
      'my|cluster',
      'my#cluster',
      '100%',
      '~home',
      "it's",
      'my=20cluster',
    ];
    const world = worldOf(...clusters.map((cluster) => ({ cluster, namespace: 'n', service: 's' })));
    const harness = await start({ world });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(namesOf(harness, 'komodorService')).toHaveLength(clusters.length);
    const named = harness.store.entitiesOf('komodorService').map(({ properties }) => properties.cluster_name);
    expect(named.sort()).toEqual(clusters.sort());
    harness.cutLogs();
    await harness.run();
    expect(harness.portWrites()).toEqual([]);
  });
});

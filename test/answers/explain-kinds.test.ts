import { describe, expect } from 'vitest';
import { VERDICTS, type Verdict } from '../../src/answers/explain/document.ts';
import { type Harness, it } from '../resync/harness.ts';
import { ALL_ADD_ONS, ask, type EntryChange, mappingOf, shippedEntry } from './explain-stage.ts';

interface KindCase {
  readonly kind: string;
  readonly file: string;
  readonly blueprint: string;
  /** The most requests to Komodor for an entity that Port has. */
  readonly requests: number;
  /** An identifier of nothing. */
  readonly nothing: string;
}

const KINDS: readonly KindCase[] = [
  {
    kind: 'komodorService',
    file: 'komodor.yaml',
    blueprint: 'komodorService',
    requests: 1,
    nothing: 'Deployment-production-eu-shop-nope',
  },
  {
    kind: 'komodorHealthMonitoring',
    file: 'komodor.yaml',
    blueprint: 'komodorHealthMonitoring',
    requests: 1,
    nothing: '5eed0000-0000-4000-8000-000000000000',
  },
  { kind: 'komodorCluster', file: 'clusters.yaml', blueprint: 'komodorCluster', requests: 1, nothing: 'nope' },
  {
    kind: 'komodorJob',
    file: 'jobs.yaml',
    blueprint: 'komodorJob',
    requests: 1,
    nothing: 'CronJob-production-eu-shop-nope',
  },
  {
    kind: 'komodorMonitor',
    file: 'monitors.yaml',
    blueprint: 'komodorMonitor',
    requests: 1,
    nothing: '5eed0000-0000-4000-8000-000000000001',
  },
  {
    kind: 'komodorIssue',
    file: 'issues.yaml',
    blueprint: 'komodorIssue',
    // Windows are asked side by side, so those behind the one that has it are asked too.
    requests: 8,
    nothing: '5eed0000-0000-4000-8000-000000000002',
  },
  { kind: 'komodorDeploy', file: 'deploys.yaml', blueprint: 'komodorDeploy', requests: 5, nothing: 'f'.repeat(64) },
];

/** Kinds that only add fields to services. */
const ADDING = ['komodorCost', 'komodorRightSizing'] as const;

const env = { ADD_ONS: ALL_ADD_ONS };

describe.for(KINDS)('an entity of $kind', ({ kind, file, blueprint, requests, nothing }) => {
  const changed = (change: EntryChange = {}, flags = {}) => mappingOf([shippedEntry(file, kind, change)], flags);
  const subject = (harness: Harness) => harness.store.entitiesOf(blueprint)[0]?.identifier ?? '';
  /** The entry, with another result for one identifier. */
  const butFor = (identifier: string, otherwise: string): EntryChange => ({
    template: (before) => ({
      identifier: `(${before.identifier}) | if . == ${JSON.stringify(identifier)} then ${otherwise} else . end`,
    }),
  });

  it('is explained for each verdict of an entity that Port has', async ({ start }) => {
    const harness = await start({ mapping: changed(), env });
    await harness.run();
    const identifier = subject(harness);
    const verdicts = new Map<string, Verdict>();
    const say = async (name: Verdict | string, change: EntryChange = {}, flags = {}) => {
      await harness.reopen({ mapping: changed(change, flags), env });
      const answer = await ask(harness, blueprint, identifier);
      verdicts.set(name, answer.verdict);
      return answer;
    };

    harness.cutLogs();
    const current = await say('current');
    expect(harness.komodor.log.length).toBeLessThanOrEqual(requests);
    expect(current).toMatchObject({ next: { action: 'none' }, sources: [{ kind }] });
    expect(current.reads.every(({ complete }) => complete)).toBe(true);

    const differs = await say('differs', { template: () => ({ title: '"another title"' }) });
    expect(differs.next).toMatchObject({ action: 'update', changes: { title: { to: 'another title' } } });

    const excluded = (before: { identifier: string }) =>
      `((${before.identifier}) | tostring) != ${JSON.stringify(identifier)}`;
    const query = excluded(shippedEntry(file, kind).port.entity.mappings);
    const goes = await say('stale_will_go', { selector: { query } });
    expect(goes.next).toMatchObject({
      action: 'delete',
      reason: expect.stringContaining('resources[0].selector.query'),
    });
    const held = await say('stale_held_back', { selector: { query } }, { entityDeletionThreshold: 0 });
    expect(held.next.action).toBe('held_back');

    const renamed = await say('renamed', butFor(identifier, '"renamed-to-this"'));
    expect(renamed.summary).toContain('renamed-to-this');
    const rejected = await say('rejected', butFor(identifier, 'error("broken on purpose")'));
    expect(rejected.next).toMatchObject({ action: 'held_back', reason: expect.stringContaining('broken on purpose') });

    await harness.reopen({ mapping: changed(), env: { ...env, KOMODOR_BASE_URL: 'http://127.0.0.1:1' } });
    const unread = await ask(harness, blueprint, identifier);
    expect(unread).toMatchObject({ verdict: 'missing_unread', port: { owner: expect.stringContaining('under-test') } });

    await harness.reopen({ mapping: changed(), env: { ...env, PORT_BASE_URL: 'http://127.0.0.1:1' } });
    const blind = await ask(harness, blueprint, identifier);
    expect(blind).toMatchObject({ verdict: 'missing_unread', port: null, next: { action: 'unknown' } });

    const stored = harness.store.entity(blueprint, identifier);
    if (stored) harness.store.putEntity({ ...stored, datasource: 'port-ocean/github/1.0.0/theirs/exporter' });
    const foreign = await say('foreign');
    expect(foreign.port?.owner).toContain('theirs');

    expect(Object.fromEntries(verdicts)).toEqual({
      current: 'current',
      differs: 'differs',
      stale_will_go: 'stale_will_go',
      stale_held_back: 'stale_held_back',
      renamed: 'stale_will_go',
      rejected: 'stale_held_back',
      foreign: 'foreign',
    });
  }, 60_000);

  it('is explained for each verdict of an entity that Port lacks', async ({ start }) => {
    const harness = await start({ mapping: changed(), env });
    await harness.run();
    const identifier = subject(harness);
    harness.store.dropEntity(blueprint, identifier);
    const say = async (change: EntryChange = {}, asked = identifier) => {
      await harness.reopen({ mapping: changed(change), env });
      return ask(harness, blueprint, asked);
    };

    expect(await say()).toMatchObject({ verdict: 'differs', next: { action: 'create' } });
    expect(await say({ selector: { query: 'false' } })).toMatchObject({
      verdict: 'missing_filtered',
      sources: [{ rows: [{ result: 'filtered', fields: [{ path: 'selector.query', value: false }] }] }],
    });
    expect(await say(butFor(identifier, 'error("broken on purpose")'))).toMatchObject({
      verdict: 'missing_rejected',
      summary: expect.stringContaining('broken on purpose'),
    });
    expect(await say({ template: () => ({ identifier: '"all-the-same"' }) }, 'all-the-same')).toMatchObject({
      verdict: 'missing_collided',
    });
    expect(await say({}, nothing)).toMatchObject({ verdict: 'missing_no_source', port: null, sources: [] });

    await harness.reopen({ mapping: changed(), env });
    expect(await ask(harness, `${blueprint}s`, identifier)).toMatchObject({
      verdict: 'unknown_blueprint',
      resembling: [{ blueprint }],
    });

    const known = harness.store.blueprints().find((one) => one.identifier === blueprint);
    if (!known) throw new Error('Port has no such blueprint');
    const schema = {
      properties: { ...known.schema.properties, owner_name: { type: 'string' } },
      required: ['owner_name'],
    };
    harness.store.putBlueprint({ ...known, schema });
    expect(await say()).toMatchObject({ verdict: 'missing_refused', summary: expect.stringContaining('owner_name') });
  }, 60_000);
});

describe.for(ADDING)('what %s adds to a service', (kind) => {
  it('is part of what explains the service, and creates and deletes none', async ({ start }) => {
    const service = shippedEntry('komodor.yaml', 'komodorService');
    const cost = (change: EntryChange = {}) => shippedEntry('cost.yaml', kind, change);
    const harness = await start({ mapping: mappingOf([service, cost()]), env });
    await harness.run();
    const identifier = harness.store.entitiesOf('komodorService')[0]?.identifier ?? '';
    harness.cutLogs();
    const current = await ask(harness, 'komodorService', identifier);
    expect(current).toMatchObject({ verdict: 'current', sources: [{ kind: 'komodorService' }, { kind }] });
    expect(harness.komodor.log.length).toBeLessThanOrEqual(2);

    await harness.reopen({ mapping: mappingOf([cost()]), env });
    expect(await ask(harness, 'komodorService', identifier)).toMatchObject({
      verdict: 'current',
      next: { action: 'none' },
    });
    expect(await ask(harness, 'komodorService', 'Deployment-production-eu-shop-nope')).toMatchObject({
      verdict: 'missing_no_source',
    });

    await harness.reopen({ mapping: mappingOf([service, cost({ selector: { query: 'error("no")' } })]), env });
    expect(await ask(harness, 'komodorService', identifier)).toMatchObject({ verdict: 'current' });
  }, 60_000);
});

it('has a case for every verdict', () => {
  const told = ['current', 'differs', 'missing_filtered', 'missing_rejected', 'missing_collided', 'missing_refused'];
  const more = [
    'missing_unread',
    'missing_no_source',
    'stale_held_back',
    'stale_will_go',
    'foreign',
    'unknown_blueprint',
  ];
  expect(Object.keys(VERDICTS)).toEqual([...told, ...more]);
});

import { expect, onTestFinished } from 'vitest';
import { createEntityAnswers } from '../../src/answers/entity-answers.ts';
import type { Verdict } from '../../src/answers/explain/document.ts';
import { LeftOutBook } from '../../src/core/left-out.ts';
import { createInlineJournal } from '../../src/queue/inline-journal.ts';
import { createInlineLeftOut } from '../../src/queue/inline-left-out.ts';
import { createInlineQueue } from '../../src/queue/inline-queue.ts';
import { createWorld } from '../../src/sandbox/world/create-world.ts';
import { jobsOf } from '../../src/sandbox/world/jobs.ts';
import { explanationSchema, foundNamesSchema } from '../../src/server/entity-schemas.ts';
import { documentOf, runCli } from '../cli/run-cli.ts';
import { type Harness, IDENTIFIER, it } from '../resync/harness.ts';
import { removeServices } from '../resync/world-steps.ts';
import { API_TOKEN, bearer, listening, startServer } from '../server/support.ts';
import { ALL_ADD_ONS, mappingOf, shippedEntry } from './explain-stage.ts';

const DAY_MS = 86_400_000;
const OURS = `port-ocean/komodor/0.1.0/${IDENTIFIER}/exporter`;

const identify = (before: { readonly identifier: string }) =>
  `(${before.identifier}) | if endswith("-rejected-api") then error("broken on purpose") else . end`;
const MAPPING = mappingOf([
  shippedEntry('komodor.yaml', 'komodorService', {
    selector: { query: '.namespace != "left-out"' },
    template: (before) => ({ identifier: identify(before) }),
  }),
  shippedEntry('komodor.yaml', 'komodorHealthMonitoring'),
  shippedEntry('clusters.yaml', 'komodorCluster'),
  shippedEntry('jobs.yaml', 'komodorJob', { selector: { types: ['cronjob'], clusters: ['production-eu'] } }),
  shippedEntry('issues.yaml', 'komodorIssue'),
  shippedEntry('deploys.yaml', 'komodorDeploy'),
  shippedEntry('monitors.yaml', 'komodorMonitor', { template: () => ({ identifier: '.type' }) }),
]);

type Fate = readonly [what: string, blueprint: string, identifier: string, verdict: Verdict, says: string];

/** A service that has run a resync in a world where everything happens, and then the world went on. */
async function stage(start: (options?: object) => Promise<Harness>) {
  const world = createWorld({ seed: 7, services: 40, risksPerService: 1, clusters: 2 });
  const [first] = world.services;
  if (!first) throw new Error('The world has no services');
  const named = (service: string, change: object = {}) => ({
    ...{ ...first, service, cluster: 'production-eu', namespace: 'shop', kind: 'Deployment' as const, uid: service },
    ...change,
  });
  world.services.push(
    named('cart-current'),
    named('cart-changes'),
    named('hidden-api', { namespace: 'left-out' }),
    named('rejected-api'),
  );
  const harness = await start({ world, mapping: MAPPING, env: { ADD_ONS: ALL_ADD_ONS } });
  await harness.run();
  const { store } = harness;
  const issue = store.entitiesOf('komodorIssue')[0];
  const [deploy, lost] = store.entitiesOf('komodorDeploy');
  const risk = store.entitiesOf('komodorHealthMonitoring')[0];
  if (!issue || !deploy || !lost || !risk) throw new Error('The world has too little');

  // Port refuses every new deploy, and this one is new to it.
  const shape = store.blueprint('komodorDeploy');
  if (!shape) throw new Error('Port has no komodorDeploy');
  store.dropEntity('komodorDeploy', lost.identifier);
  const properties = { ...shape.schema.properties, owner_name: { type: 'string' } };
  store.putBlueprint({ ...shape, schema: { properties, required: ['owner_name'] } });
  store.putBlueprint({ identifier: 'oldThing', title: 'Old thing', schema: { properties: {} } });
  store.putEntity({ blueprint: 'oldThing', identifier: 'left-behind', datasource: OURS });
  store.putEntity({
    blueprint: 'komodorService',
    identifier: 'Deployment-production-eu-shop-theirs',
    datasource: 'port-ocean/github/1.0.0/theirs/exporter',
  });
  for (const [identifier, days] of [
    ['old-issue', 20],
    ['expired-issue', 60],
  ] as const) {
    const started_at = new Date(harness.parts().now().getTime() - days * DAY_MS).toISOString();
    store.putEntity({ ...issue, identifier, properties: { ...issue.properties, started_at }, datasource: OURS });
  }
  world.risks.splice(0);

  const journal = createInlineJournal({ log: () => undefined });
  const leftOut = createInlineLeftOut();
  const queue = createInlineQueue();
  await queue.start({
    run: async (runId) => {
      const writer = journal.begin({ runId, mode: 'resync', trigger: 'http', startedAt: new Date().toISOString() });
      const book = new LeftOutBook();
      const report = await harness.run('resync', { journal: { writer, detail: 'values' }, observer: book.observer });
      await leftOut.keep(book.list(new Date()), 'forget');
      return { ...report, runId };
    },
    live: async () => undefined,
  });
  onTestFinished(() => queue.close());
  const { runId } = await queue.request({ mode: 'resync', trigger: 'http', kinds: [], approveDeletions: [] });
  for await (const _ of queue.watch(runId, new AbortController().signal));

  // The world goes on after the run.
  const [gone] = removeServices(world, 1);
  const changing = world.services.findIndex(({ service }) => service === 'cart-changes');
  world.services[changing] = named('cart-changes', { status: first.status === 'healthy' ? 'unhealthy' : 'healthy' });
  world.services.push(named('brand-new'));
  const jobs = jobsOf(world);
  const job = jobs.find(({ kind, cluster }) => kind === 'Job' && cluster === 'production-eu');
  const elsewhere = jobs.find(({ kind, cluster }) => kind === 'CronJob' && cluster !== 'production-eu');
  if (!gone || !job || !elsewhere) throw new Error('The world has too little');
  const jobId = ({ kind, cluster, namespace, name }: typeof job) => [kind, cluster, namespace, name].join('-');
  const digest = (await queue.list(1))
    .flatMap((one) => (one.state === 'finished' ? one.report.blueprints : []))
    .find(({ blueprint }) => blueprint === 'komodorHealthMonitoring')?.deletionBlocked?.digest;
  const service = (name: string) => `Deployment-production-eu-shop-${name}`;
  const fates: readonly Fate[] = [
    ['unchanged', 'komodorService', service('cart-current'), 'current', 'just as the mapping gives it'],
    ['changed since', 'komodorService', service('cart-changes'), 'differs', '1 of its fields differs'],
    ['new', 'komodorService', service('brand-new'), 'differs', 'the next resync creates it'],
    [
      'left out by a query',
      'komodorService',
      'Deployment-production-eu-left-out-hidden-api',
      'missing_filtered',
      'resources[0].selector.query',
    ],
    ['without identifier', 'komodorService', service('rejected-api'), 'missing_rejected', 'broken on purpose'],
    ['of nothing', 'komodorService', service('nope'), 'missing_no_source', 'Komodor has no item that gives it'],
    ['named by its title', 'komodorService', 'cart-current', 'missing_no_source', 'What resembles it is named below'],
    ['of another writer', 'komodorService', service('theirs'), 'foreign', 'theirs of github'],
    [
      'gone',
      'komodorService',
      [gone.kind, gone.cluster, gone.namespace, gone.service].join('-'),
      'stale_held_back',
      'rejected',
    ],
    ['of a blueprint that is not there', 'komodorServices', 'x', 'unknown_blueprint', 'no blueprint komodorServices'],
    ['of a type left out', 'komodorJob', jobId(job), 'missing_filtered', 'resources[3].selector.types'],
    ['of a cluster left out', 'komodorJob', jobId(elsewhere), 'missing_filtered', 'resources[3].selector.clusters'],
    [
      'of many items',
      'komodorMonitor',
      'availability',
      'missing_collided',
      'different items give the identifier availability',
    ],
    ['refused', 'komodorDeploy', lost.identifier, 'missing_refused', 'owner_name'],
    ['a deploy', 'komodorDeploy', deploy.identifier, 'current', 'just as'],
    ['an issue', 'komodorIssue', issue.identifier, 'current', 'just as'],
    ['older than the window', 'komodorIssue', 'old-issue', 'current', 'outside of what Komodor shows'],
    ['a cluster', 'komodorCluster', 'production-eu', 'current', 'just as'],
    [
      'one of all risks, which are gone',
      'komodorHealthMonitoring',
      risk.identifier,
      'stale_held_back',
      `--approve-deletions ${digest}`,
    ],
    ['unmapped', 'oldThing', 'left-behind', 'stale_held_back', 'unmapped'],
  ];
  return { harness, fates, queue, journal, leftOut, runId, lost, digest };
}

it('tells twenty entities of different fates apart, as the command and as the route, and finds them', async ({
  start,
}) => {
  const { harness, fates, queue, journal, leftOut, runId, lost } = await stage(start);
  const answers = createEntityAnswers(harness.parts(), { queue, journal, leftOut });
  const { signal } = new AbortController();
  expect(fates).toHaveLength(20);
  const found = [];
  for (const [what, blueprint, identifier, , says] of fates) {
    const answer = await answers.explain(blueprint, identifier, signal);
    explanationSchema.parse(answer);
    found.push([what, blueprint, identifier, answer.verdict, answer.summary.includes(says) ? says : answer.summary]);
  }
  expect(found).toEqual(fates);

  const refused = await answers.explain('komodorDeploy', lost.identifier, signal);
  expect(refused.history).toMatchObject([{ action: 'create', outcome: 'refused', runId }]);
  expect(refused.summary).toContain(refused.history[0]?.error?.message);

  // While Komodor answers no question about services.
  harness.komodor.faults.add('services-scoped -> 403');
  expect(await answers.explain('komodorService', 'Deployment-production-eu-shop-cart-current', signal)).toMatchObject({
    verdict: 'missing_unread',
    next: { action: 'unknown' },
  });
  harness.komodor.faults.clear();

  const server = await startServer({ entities: answers, queue, journal });
  const { url } = await listening(server);
  const path = `/v1/entities/komodorDeploy/${encodeURIComponent(lost.identifier)}`;
  expect((await fetch(`${url}${path}`)).status).toBe(401);
  const route = await (await fetch(`${url}${path}`, { headers: bearer })).json();
  const cli = await runCli(['explain', 'komodorDeploy', lost.identifier, '--json', '--url', url], {
    env: { ...harness.env, API_TOKEN, ADD_ONS: ALL_ADD_ONS },
  });
  expect(cli.code, cli.stderr).toBe(2);
  // The command asks for the mapping that the integration in Port has; here it is the same.
  expect(documentOf(cli)).toEqual(route);

  const shown = await runCli(['explain', 'komodorDeploy', lost.identifier, '--url', url], {
    env: { ...harness.env, API_TOKEN, ADD_ONS: ALL_ADD_ONS },
  });
  expect(shown.stdout.split('\n').slice(0, 2).join(' ')).toMatch(
    /^komodorDeploy \w+ missing_refused {2}deploy of .*owner_name/,
  );
  for (const title of ['Komodor', 'Relations', 'The next resync', 'History'])
    expect(shown.stdout).toContain(`\n${title}\n`);
  expect(shown.stdout).toContain(`create refused: ${refused.history[0]?.error?.code}`);

  const search = await (await fetch(`${url}/v1/entities?q=cart-`, { headers: bearer })).json();
  expect(foundNamesSchema.parse(search).entities.map(({ identifier, inPort }) => [identifier, inPort])).toEqual([
    ['Deployment-production-eu-shop-cart-changes', true],
    ['Deployment-production-eu-shop-cart-current', true],
  ]);
  expect(await answers.find(lost.identifier.slice(4, 20), signal)).toMatchObject({
    entities: [{ identifier: lost.identifier, inPort: false, verdict: 'missing_refused', href: path }],
    more: false,
    unknown: [],
  });
  expect(await answers.find('rejected-api', signal)).toMatchObject({
    entities: [{ verdict: 'missing_rejected', detail: expect.stringContaining('broken on purpose') }],
  });
  expect((await fetch(`${url}/v1/entities?q=a`, { headers: bearer })).status).toBe(400);
}, 120_000);

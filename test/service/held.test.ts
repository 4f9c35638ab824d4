import { describe, expect } from 'vitest';
import { z } from 'zod';
import { heldDocumentSchema } from '../../src/server/held-route.ts';
import { removeServices } from '../resync/world-steps.ts';
import type { Report } from './caller.ts';
import { type Env, it, type RunningService, type Stage } from './stage.ts';

/** A resync that Port asks for does not come in between. */
const QUIET = { EVENT_LISTENER: 'WEBHOOKS_ONLY' };
const SERVICES = 'komodorService';

/** A service whose last resync held back the deletion of services. */
async function blocked(stage: Stage, { env = {}, gone = 20 }: { readonly env?: Env; readonly gone?: number } = {}) {
  const service = await stage.service({ ...QUIET, ...env });
  await service.ended((await service.request()).runId);
  removeServices(stage.world, gone);
  const report = await service.ended((await service.request()).runId);
  expect(report.status).toBe('blocked');
  return { service, report };
}

async function heldOf(service: RunningService, id: string, query = '') {
  const { status, text } = await service.call('GET', `/v1/runs/${id}/held${query}`);
  expect(status, text).toBe(200);
  return heldDocumentSchema.parse(JSON.parse(text));
}

async function setOf(service: RunningService, id: string, blueprint = SERVICES) {
  const { held } = await heldOf(service, id, `?blueprint=${blueprint}`);
  expect(held).toHaveLength(1);
  const [set] = held;
  if (set === undefined) throw new Error('No set');
  return set;
}

function blockedOf(report: Report, blueprint = SERVICES) {
  return report.blueprints.find((each) => each.blueprint === blueprint)?.deletionBlocked;
}

async function approve(service: RunningService, digest: string) {
  return service.ended((await service.request({ approveDeletions: digest })).runId);
}

/** A blueprint of somebody else whose entities lead to these services. */
function leadingTo(stage: Stage, targets: readonly string[], required: boolean): void {
  stage.store.putBlueprint({
    identifier: 'team_page',
    title: 'Team page',
    schema: { properties: {} },
    relations: {
      about: { target: SERVICES, many: false, required },
      others: { target: SERVICES, many: true, required: false },
    },
  });
  for (const [at, about] of targets.entries()) {
    stage.store.putEntity({
      ...{ blueprint: 'team_page', identifier: `page-${at}`, title: `Page ${at}`, datasource: 'someone/1.0' },
      relations: { about, others: targets.slice(0, 2) },
    });
  }
}

describe.concurrent('GET /v1/runs/:id/held', () => {
  it('has each set with how many of how many, why, the first rows, and what leads to them', async ({ open }) => {
    const stage = await open();
    const { service, report } = await blocked(stage);
    const block = blockedOf(report);
    expect(block).toMatchObject({ reason: 'threshold', count: 20, total: 30, threshold: 0.3 });
    const names = block?.sample ?? [];
    leadingTo(stage, names.slice(0, 3), false);
    const set = await setOf(service, report.runId);
    expect(set).toMatchObject({
      ...{ blueprint: SERVICES, reason: 'threshold', digest: block?.digest, count: 20, total: 30, threshold: 0.3 },
      ...{ approvable: true, witnesses: [], incomingProblem: null },
      detail: expect.stringMatching(/^66\.7 % would go, entityDeletionThreshold allows 30 %/),
    });
    expect(set.detail).not.toContain('--approve-deletions');
    expect(set.share).toBeCloseTo(2 / 3);
    expect(set.rows).toHaveLength(20);
    expect(set.rows[0]).toMatchObject({ action: 'delete', outcome: 'held_back', reason: 'gone' });
    expect(set.incoming).toContainEqual({
      ...{ blueprint: 'team_page', relation: 'about', required: false, count: 3 },
      sample: [0, 1, 2].map((at) => ({ identifier: `page-${at}`, title: `Page ${at}` })),
    });
    expect(set.incoming).toContainEqual(expect.objectContaining({ relation: 'others', count: 3 }));
    const latest = await heldOf(service, 'latest');
    expect(latest.runId).toBe(report.runId);
    expect(latest.held.map(({ blueprint }) => blueprint)).toContain(SERVICES);
  });

  it('has the set of a plan, and no set of a run that held nothing back', async ({ open }) => {
    const stage = await open();
    const { service, report } = await blocked(stage);
    const plan = await service.ended((await service.request({ mode: 'plan' })).runId);
    const planned = await setOf(service, plan.runId);
    expect(planned).toMatchObject({ digest: blockedOf(report)?.digest, count: 20, total: 30 });
    expect(planned.rows).toHaveLength(20);
    const first = (await service.runs()).at(-1)?.runId ?? '';
    expect((await heldOf(service, first)).held).toEqual([]);
    expect((await heldOf(service, report.runId, '?blueprint=nothing')).held).toEqual([]);
    expect((await service.call('GET', '/v1/runs/no-such-run/held')).status).toBe(404);
    expect((await service.call('GET', '/v1/runs/latest/held', undefined, { authorization: 'none' })).status).toBe(401);
  });

  it('has a few names and says so where no rows are kept', async ({ open }) => {
    const { service, report } = await blocked(await open(), { env: { RUN_HISTORY: 'off' } });
    const { note, held } = await heldOf(service, report.runId, `?blueprint=${SERVICES}`);
    expect(note?.code).toBe('history_off');
    expect(held[0]?.rows.map(({ identifier }) => identifier)).toEqual(blockedOf(report)?.sample);
    expect(held[0]?.incomingProblem).toBe('Only 10 of 20 are known by name');
  });

  it('says so when Port cannot be asked, or need not be', async ({ open }) => {
    const stage = await open();
    const { service, report } = await blocked(stage);
    stage.port.faults.add('blueprints -> 403');
    const set = await setOf(service, report.runId);
    expect(set).toMatchObject({ count: 20, incoming: null });
    expect(set.incomingProblem).toMatch(/^Port could not be asked: .*403/);
    const unasked = await heldOf(service, report.runId, '?incoming=false');
    expect(unasked.held[0]).toMatchObject({ incoming: null, incomingProblem: null });
  });

  it('names what the second read still showed, which cannot be approved', async ({ open }) => {
    const stage = await open();
    const service = await stage.service(QUIET);
    await service.ended((await service.request()).runId);
    stage.komodor.faults.add('services -> truncate 10');
    const report = await service.ended((await service.request()).runId);
    expect(blockedOf(report)?.reason).toBe('contradicted');
    const set = await setOf(service, report.runId);
    expect(set).toMatchObject({ reason: 'contradicted', approvable: false, witnesses: blockedOf(report)?.sample });
    expect(set.witnesses.length).toBeGreaterThan(0);
    expect(set.detail).toContain(set.witnesses[0]);
  });
});

const problems = z.object({ code: z.string() });

describe.concurrent('approving what is shown', () => {
  it('deletes exactly that', async ({ open }) => {
    const stage = await open();
    const { service, report } = await blocked(stage);
    const digests = report.blueprints.flatMap(({ deletionBlocked }) => deletionBlocked?.digest ?? []);
    const done = await service.ended((await service.request({ approveDeletions: digests })).runId);
    expect(done.status).toBe('completed');
    expect(done.blueprints.find(({ blueprint }) => blueprint === SERVICES)).toMatchObject({ deleted: 20 });
    stage.expectTruth();
    // A second time there is nothing to approve, and nothing happens.
    const again = await service.ended((await service.request({ approveDeletions: digests })).runId);
    expect(again.problems.map(({ code }) => code)).toContain('approval_unmatched');
    stage.expectTruth();
  });

  it('deletes nothing when the set has changed, and names the new one', async ({ open }) => {
    const stage = await open();
    const { service, report } = await blocked(stage);
    const before = await setOf(service, report.runId);
    removeServices(stage.world, 1);
    const refused = await approve(service, before.digest);
    expect(refused.status).toBe('blocked');
    expect(refused.problems.map(({ code }) => code)).toContain('approval_unmatched');
    const after = await setOf(service, refused.runId);
    expect(after).toMatchObject({ count: 21 });
    expect(after.digest).not.toBe(before.digest);
    const names = (set: typeof after) => set.rows.map(({ identifier }) => identifier);
    expect(names(after).filter((name) => !names(before).includes(name))).toHaveLength(1);
    expect(stage.store.entitiesOf(SERVICES)).toHaveLength(30);
  });

  it('with the digest of another blueprint deletes only there', async ({ open }) => {
    const stage = await open();
    const { service, report } = await blocked(stage);
    const other = report.blueprints.find(({ blueprint, deletionBlocked }) => blueprint !== SERVICES && deletionBlocked);
    const digest = other?.deletionBlocked?.digest ?? '';
    expect(digest).toMatch(/^[0-9a-f]{16}$/);
    const run = await approve(service, digest);
    expect(blockedOf(run)).toMatchObject({ count: 20, digest: blockedOf(report)?.digest });
    expect(run.blueprints.find(({ blueprint }) => blueprint === SERVICES)).toMatchObject({ deleted: 0 });
    expect(blockedOf(run, other?.blueprint)).toBeNull();
  });

  it('does no harm twice at the same time, nor while a run is going on', async ({ open }) => {
    const stage = await open();
    const { service, report } = await blocked(stage);
    const { digest } = await setOf(service, report.runId);
    stage.komodor.faults.add('services -> slow 300');
    const going = await service.request();
    const tickets = await Promise.all([1, 2, 3].map(() => service.request({ approveDeletions: digest })));
    expect(tickets.filter(({ joined }) => joined).length).toBeGreaterThanOrEqual(2);
    const reports = await Promise.all([...new Set(tickets.map(({ runId }) => runId))].map((id) => service.ended(id)));
    await service.ended(going.runId);
    const deleted = reports.flatMap(({ blueprints }) => blueprints).filter(({ blueprint }) => blueprint === SERVICES);
    expect(deleted.reduce((sum, each) => sum + each.deleted, 0)).toBe(20);
    expect(stage.store.entitiesOf(SERVICES)).toHaveLength(10);
  });

  it('needs the token', async ({ open }) => {
    const { service, report } = await blocked(await open());
    const body = { approveDeletions: blockedOf(report)?.digest };
    const answer = await service.call('POST', '/v1/runs', body, { authorization: 'Bearer wrong' });
    expect(answer.status).toBe(401);
    expect(problems.parse(JSON.parse(answer.text)).code).toBe('unauthorized');
    expect((await service.runs())[0]?.runId).toBe(report.runId);
  });
});

import { expect, it } from 'vitest';
import { startStandIns } from '../../src/cli/stand-ins.ts';
import { createApplication } from '../../src/compose.ts';
import { loadSettings } from '../../src/config/settings.ts';
import { subjectAt } from '../../src/komodor/subject.ts';
import { createInlineQueue } from '../../src/queue/inline-queue.ts';
import { serviceUid } from '../../src/sandbox/world/model.ts';

it('a live event marks what it saw, and leaves to the resync what it missed', async () => {
  const small = { seed: 5, services: 3, risksPerService: 4, clusters: 1, latencyMs: 0, komodorPort: 0, portPort: 0 };
  const standIns = await startStandIns({ ...small, faults: [] });
  const application = await createApplication(loadSettings(standIns.environment, { dotenvPath: '/dev/null' }), {});
  const queue = createInlineQueue();
  const signal = new AbortController().signal;
  try {
    await application.run({ mode: 'resync', trigger: 'cli' }, signal);
    const { world } = standIns.komodor;
    const ours = new Set(standIns.port.store.entitiesOf('komodorHealthMonitoring').map(({ identifier }) => identifier));
    const service = world.services.find(
      (candidate) =>
        world.risks.filter(({ id, komodorUid }) => ours.has(id) && komodorUid === serviceUid(candidate)).length > 1,
    );
    if (service === undefined) throw new Error('This world has no service with two risks');
    const [closed, open] = world.risks.filter(
      ({ id, komodorUid }) => ours.has(id) && komodorUid === serviceUid(service),
    );
    if (closed !== undefined) world.risks.splice(world.risks.indexOf(closed), 1);

    const { cluster, namespace, kind, service: name } = service;
    const causes = () =>
      standIns.port.log
        .filter(({ route, method }) => method === 'POST' && (route === 'bulk' || route === 'bulk-delete'))
        .map(({ query }) => new URLSearchParams(query))
        .map((query) => [query.get('ocean_info_event_type'), query.has('ocean_info_resync_id')].join(' '));
    expect(new Set(causes())).toEqual(new Set(['resync true']));
    const writesBefore = causes().length;
    const status = service.status === 'healthy' ? 'unhealthy' : 'healthy';
    world.services[world.services.indexOf(service)] = { ...service, status };
    await application.live(queue).refresh(subjectAt({ cluster, namespace, kind, name }), signal);
    expect(new Set(causes().slice(writesBefore))).toEqual(new Set(['http_request false']));
    const names = [closed?.id ?? '', open?.id ?? ''];
    expect(await queue.markedLive('komodorHealthMonitoring', names, 0)).toEqual(new Set([open?.id]));

    const report = await application.run({ mode: 'resync', trigger: 'cli' }, signal, { marks: queue });
    expect(report.status).toBe('completed');
    expect(standIns.port.store.entity('komodorHealthMonitoring', closed?.id ?? '')).toBeUndefined();
  } finally {
    application.close();
    await queue.close();
    await standIns.close();
  }
});

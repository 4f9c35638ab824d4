import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startStandIns } from '../../src/cli/stand-ins.ts';
import { createApplication } from '../../src/compose.ts';
import { loadSettings } from '../../src/config/settings.ts';
import { subjectAt } from '../../src/komodor/subject.ts';
import { createInlineQueue } from '../../src/queue/inline-queue.ts';

const folder = mkdtempSync(join(tmpdir(), 'live-disabled-'));

function entry(query: string, identifier: string): unknown {
  const mappings = {
    identifier,
    blueprint: '"komodorService"',
    properties: {
      cluster_name: '.cluster',
      namespace_name: '.namespace',
      workload_kind: '.kind',
      service_name: '.service',
    },
  };
  return { kind: 'komodorService', selector: { query }, port: { entity: { mappings } } };
}

function mappingFile(name: string, resources: readonly unknown[]): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify({ resources }));
  return path;
}

it('a live event deletes nothing from a blueprint that a disabled entry also writes', async () => {
  const standIns = await startStandIns({
    seed: 3,
    services: 12,
    risksPerService: 0,
    clusters: 1,
    latencyMs: 0,
    komodorPort: 0,
    portPort: 0,
    faults: [],
  });
  const open = (path: string) => {
    const env = { ...standIns.environment, MAPPING_SOURCE: 'file', MAPPING_PATH: path };
    return createApplication(loadSettings(env, { dotenvPath: '/dev/null' }), {});
  };
  const identifier = '.kind + "-" + .namespace + "-" + .service';
  const { signal } = new AbortController();

  const whole = await open(mappingFile('whole.json', [entry('true', identifier)]));
  expect((await whole.run({ mode: 'resync', trigger: 'cli' }, signal)).status).toBe('completed');
  whole.close();

  const { services } = standIns.komodor.world;
  const alone = services.find(
    (one) =>
      services.filter(({ cluster, namespace }) => cluster === one.cluster && namespace === one.namespace).length === 1,
  );
  if (!alone) throw new Error('the world has no service that is alone in its namespace');
  const { cluster, namespace, kind, service: name } = alone;
  const partly = await open(mappingFile('partly.json', [entry('true', '.kind + )'), entry('false', identifier)]));
  const queue = createInlineQueue();
  const [report] = await partly.live(queue).refresh(subjectAt({ cluster, namespace, kind, name }), signal);
  expect(report).toMatchObject({ deleted: 0 });
  expect(standIns.port.store.deletions).toEqual([]);

  partly.close();
  await queue.close();
  await standIns.close();
  rmSync(folder, { recursive: true });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type StandIns, startStandIns } from '../../src/cli/stand-ins.ts';
import { type Application, createApplication } from '../../src/compose.ts';
import { loadSettings } from '../../src/config/settings.ts';
import { AppError } from '../../src/core/errors.ts';
import { subjectAt } from '../../src/komodor/subject.ts';
import { createInlineMarks } from '../../src/queue/inline-marks.ts';
import type { WorldService } from '../../src/sandbox/world/model.ts';
import { serviceIdentifier } from './oracle.ts';
import { servicesMapping } from './shipped.ts';

const folder = mkdtempSync(join(tmpdir(), 'live-deletions-'));
afterAll(() => rmSync(folder, { recursive: true }));

const { signal } = new AbortController();
const COUNT = 20;

/** Twenty workloads, each alone in its namespace, in two clusters; Port has them all. */
class Scene {
  readonly standIns: StandIns;
  readonly memory = createInlineMarks();
  readonly #open: Application[] = [];

  constructor(standIns: StandIns) {
    this.standIns = standIns;
  }

  static async filled(threshold: string, clusters = ['east', 'west']): Promise<Scene> {
    const size = { seed: 3, services: COUNT, risksPerService: 0, clusters: 1, latencyMs: 0 };
    const scene = new Scene(await startStandIns({ ...size, komodorPort: 0, portPort: 0, faults: [] }));
    const { services } = scene;
    for (const [at, service] of services.entries())
      services[at] = { ...service, cluster: clusters[at % clusters.length] ?? '', namespace: `n${at}` };
    const report = await (await scene.open(threshold)).run({ mode: 'resync', trigger: 'cli' }, signal);
    expect(report.status).toBe('completed');
    return scene;
  }

  get services(): WorldService[] {
    return this.standIns.komodor.world.services;
  }

  /** Names of our entities in Port. */
  get entities(): readonly string[] {
    return this.standIns.port.store.entitiesOf('komodorService').map(({ identifier }) => identifier);
  }

  get deleted(): number {
    return this.standIns.port.store.deletions.length;
  }

  /** One more process. @param change what its mapping says otherwise */
  async open(threshold: string, change: (mapping: string) => string = (mapping) => mapping): Promise<Application> {
    const path = join(
      folder,
      `${this.#open.length}-${this.standIns.environment.PORT_BASE_URL?.split(':').at(-1)}.yaml`,
    );
    writeFileSync(path, change(servicesMapping({ entityDeletionThreshold: threshold })));
    const environment = { ...this.standIns.environment, MAPPING_SOURCE: 'file', MAPPING_PATH: path };
    const application = await createApplication(loadSettings(environment, { dotenvPath: '/dev/null' }), {});
    this.#open.push(application);
    return application;
  }

  async close(): Promise<void> {
    for (const application of this.#open) application.close();
    await this.standIns.close();
  }
}

/** One event for each of these, several at once, over all these processes. What each came to, or why it failed. */
async function tell(scene: Scene, applications: readonly Application[], gone: readonly WorldService[]) {
  const lives = applications.map((application) => application.live(scene.memory));
  const waiting = [...gone.entries()];
  const said: string[] = [];
  let heldBack = 0;
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [at, { cluster, namespace, kind, service: name }] = next;
      try {
        const reports = await lives[at % lives.length]?.refresh(subjectAt({ cluster, namespace, kind, name }), signal);
        for (const report of reports ?? []) {
          heldBack += report.heldBack;
          said.push(...report.problems.map(({ code, message }) => `${code}: ${message}`));
        }
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        said.push(`${error.code}: ${error.message}`);
      }
    }
  };
  await Promise.all(Array.from({ length: 4 }, work));
  return { heldBack, said };
}

describe.concurrent('deletions by live events', () => {
  it('where Komodor shows nothing at all any more, nothing goes', async () => {
    const scene = await Scene.filled('0.9');
    const gone = scene.services.splice(0);
    const { said } = await tell(scene, [await scene.open('0.9')], gone);
    expect(scene.deleted).toBe(0);
    expect(said).toHaveLength(COUNT);
    for (const sentence of said) expect(sentence).toContain('Komodor shows nothing at all around it');
    await scene.close();
  });

  it.for([
    // Threshold, how many of the twenty workloads go, how many entities go, by how many processes.
    ['0.3', 18, 6, 1],
    ['0.3', 18, 6, 3],
    ['0.3', 6, 6, 2],
    ['0.9', 18, 18, 1],
    ['1', 18, 18, 2],
    ['0', 1, 0, 1],
    ['0', 18, 0, 2],
    ['null', 1, 0, 1],
    ['0.04', 1, 0, 1],
  ] as const)(
    'threshold %s lets of %i that are gone %i go, by %i processes together',
    async ([threshold, goes, may, processes]) => {
      const scene = await Scene.filled(threshold);
      const gone = scene.services.splice(0, goes);
      const applications = await Promise.all(Array.from({ length: processes }, () => scene.open(threshold)));
      const { heldBack, said } = await tell(scene, applications, gone);
      expect(scene.deleted).toBe(may);
      expect(heldBack).toBe(goes - may);
      expect(said).toHaveLength(goes - may);
      for (const sentence of said)
        expect(sentence).toMatch(/^deletion_blocked: 1 entities .*\(threshold\).*next resync/);
      await scene.close();
    },
  );

  it('leaves the rest to the resync, which asks for an approval, and asks nobody twice', async () => {
    const scene = await Scene.filled('0.3');
    const gone = scene.services.splice(0, 18);
    const application = await scene.open('0.3');
    await tell(scene, [application], gone);
    const resync = { mode: 'resync', trigger: 'cli' } as const;
    const report = await application.run(resync, signal, { marks: scene.memory });
    const [blueprint] = report.blueprints;
    expect(report.status).toBe('blocked');
    expect(blueprint).toMatchObject({ deleted: 0, deletionBlocked: { reason: 'threshold', count: 12 } });
    const approvedDeletions = [blueprint?.deletionBlocked?.digest ?? ''];
    const approved = await application.run({ ...resync, approvedDeletions }, signal, { marks: scene.memory });
    expect(approved.status).toBe('completed');
    expect(scene.entities).toHaveLength(2);
    await scene.close();
  });

  it('never takes the last one, whatever the threshold, and counts anew what came back', async () => {
    const scene = await Scene.filled('1', ['east']);
    const application = await scene.open('1');
    const [flapping, ...rest] = scene.services.splice(0, 19);
    if (!flapping) throw new Error('An empty world');
    for (let times = 0; times < 3; times += 1) {
      await tell(scene, [application], [flapping]);
      expect(scene.entities).not.toContain(serviceIdentifier(flapping));
      scene.services.push(flapping);
      await tell(scene, [application], [flapping]);
      expect(scene.entities).toContain(serviceIdentifier(flapping));
      scene.services.pop();
    }
    await tell(scene, [application], [flapping, ...rest]);
    expect(scene.entities).toHaveLength(1);
    const [last] = scene.services;
    if (!last) throw new Error('An empty world');
    // Something else is in the last one's cluster, but it gives no entity.
    scene.services.splice(0, 1, { ...last, service: 'another', namespace: 'elsewhere', kind: 'Rollout' });
    const { said } = await tell(scene, [await scene.open('1', withSelector('query: .kind != "Rollout"'))], [last]);
    expect(said).toEqual([expect.stringContaining('(emptied)')]);
    expect(scene.entities).toHaveLength(1);
    await scene.close();
  });

  it.for([
    ['clusters: [east]', 'the selectors of the mapping leave its place out'],
    ['namespaces: [n0, n2]', 'the selectors of the mapping leave its place out'],
    ['query: .cluster == "east"', 'Komodor still shows the workload'],
  ] as const)('with %s, what Komodor still has stays', async ([selector, why]) => {
    const scene = await Scene.filled('0.3');
    const application = await scene.open('0.3', withSelector(selector));
    const resync = await application.run({ mode: 'resync', trigger: 'cli' }, signal);
    expect(resync.status).toBe('blocked');
    const left = scene.services.filter(({ cluster }) => cluster === 'west');
    const { heldBack, said } = await tell(scene, [application], left);
    expect(scene.deleted).toBe(0);
    expect(heldBack).toBe(10);
    for (const sentence of said) expect(sentence).toContain(why);
    await scene.close();
  });

  it('gives back what Port refused to delete', async () => {
    const scene = await Scene.filled('0.1');
    const gone = scene.services.splice(0, 3);
    const application = await scene.open('0.1');
    scene.standIns.port.faults.add('delete -> 403 x2');
    const refused = await tell(scene, [application], gone.slice(0, 1));
    expect(refused.said).toEqual([expect.stringContaining('delete_failed')]);
    expect(await scene.memory.countedDeletions('komodorService', 3_600_000)).toMatchObject({ identifiers: [] });
    scene.standIns.port.faults.clear();
    expect((await tell(scene, [application], gone)).heldBack).toBe(1);
    expect(scene.deleted).toBe(2);
    await scene.close();
  });
});

/** The shipped mapping with another selector of its services. */
function withSelector(selector: string): (mapping: string) => string {
  return (mapping) => {
    const kept = selector.startsWith('query') ? '' : '      query: "true"\n';
    const changed = mapping.replace(/^ {4}selector:\n(?: {6}.*\n)+/m, `    selector:\n${kept}      ${selector}\n`);
    if (changed === mapping) throw new Error('The shipped mapping has no selector');
    return changed;
  };
}

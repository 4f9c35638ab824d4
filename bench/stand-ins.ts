/** The stand-ins for both APIs in a process of their own; asked over the process channel (see stand-in-process.ts). */

import { environmentOf } from '../src/cli/stand-ins.ts';
import { type KomodorSandbox, startKomodor } from '../src/sandbox/komodor/start-komodor.ts';
import { startKubernetes } from '../src/sandbox/kubernetes/start-kubernetes.ts';
import { type PortSandbox, startPort } from '../src/sandbox/port/server.ts';
import { createRandom } from '../src/sandbox/random.ts';
import { createWorld } from '../src/sandbox/world/create-world.ts';
import { clusterObjects } from './cluster-objects.ts';
import { type RequestWatch, watchRequests } from './request-watch.ts';
import { type Answer, answer, type Request, request, type StandInSetup } from './stand-in-calls.ts';

const CREDENTIALS = { apiKey: 'key-of-the-benchmark', clientId: 'client', clientSecret: 'secret-of-the-benchmark' };

let standIns: { readonly komodor: KomodorSandbox; readonly port: PortSandbox } | undefined;

let watch: RequestWatch | undefined;

async function start({ portLimit, latencyMs, cluster, ...world }: StandInSetup): Promise<Answer> {
  const { apiKey, clientId, clientSecret } = CREDENTIALS;
  const komodor = await startKomodor({ world: createWorld(world), apiKey, latencyMs, port: 0 });
  const limit = portLimit === undefined ? {} : { rateLimit: portLimit };
  const port = await startPort({ clientId, clientSecret, latencyMs, port: 0, ...limit });
  standIns = { komodor, port };
  const environment = environmentOf(komodor, port, CREDENTIALS);
  if (cluster === undefined) return { environment };
  const kubernetes = await startKubernetes({ objects: clusterObjects(cluster), latencyMs });
  return { environment, kubeconfig: kubernetes.kubeconfig() };
}

function running() {
  if (standIns === undefined) throw new Error('the stand-ins do not run');
  return standIns;
}

async function carryOut(call: Request): Promise<Answer> {
  switch (call.type) {
    case 'start':
      return start(call.options);
    case 'count': {
      const { komodor, port } = running();
      const count = {
        komodor: komodor.log.length,
        port: port.log.length,
        refused: [...komodor.log, ...port.log].filter(({ status }) => status === 429).length,
      };
      komodor.log.length = 0;
      port.log.length = 0;
      return { count };
    }
    case 'entities':
      return answer.parse({ entities: running().port.store.snapshot() });
    case 'watched': {
      const { komodor } = running();
      watch ??= watchRequests((localPort) => (localPort === komodor.port ? 'Komodor' : 'Port'));
      return { seen: watch.take() };
    }
    case 'written': {
      const { store } = running().port;
      const all = store.blueprints().flatMap(({ identifier }) => store.entitiesOf(identifier));
      return { written: all.filter(({ updatedAt }) => updatedAt >= call.since).length };
    }
    case 'change':
      return { changed: change(call.share, call.step) };
  }
}

/** Another status for a share of the services and risks. */
function change(share: number, step: number): number {
  const { world } = running().komodor;
  const random = createRandom(world.seed, 'bench', step);
  const places = (length: number) =>
    new Set(
      share === 1
        ? Array(length).keys()
        : Array.from({ length: Math.round(length * share) }, () => random.int(0, length - 1)),
    );
  let changed = 0;
  for (const at of places(world.services.length)) {
    const service = world.services[at];
    if (service === undefined) continue;
    world.services[at] = { ...service, status: service.status === 'healthy' ? 'unhealthy' : 'healthy' };
    changed += 1;
  }
  for (const at of places(world.risks.length)) {
    const risk = world.risks[at];
    if (risk === undefined) continue;
    world.risks[at] = { ...risk, lastEvaluatedAt: risk.lastEvaluatedAt + 60 };
    changed += 1;
  }
  return changed;
}

process.on('message', (message) => {
  carryOut(request.parse(message)).then(
    (answer) => process.send?.({ answer }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
// Nobody to answer any more.
process.on('disconnect', () => process.exit());

import { createRandom, type Random } from '../../random.ts';
import { type Definition, isRecord, type KubernetesObject } from '../model.ts';
import { type KubernetesStore, timestamp } from '../store.ts';

const TICK_MS = 20;
const REVISION = 'deployment.kubernetes.io/revision';

/** Lets a cluster change so many times a second. @returns what ends it, and says how many changes there were */
export function startChurn(store: KubernetesStore, perSecond: number, seed = 1): () => number {
  const churn = new Churn(store, seed);
  const began = Date.now();
  let done = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((Date.now() - began) * perSecond) / 1000);
    for (; done < due; done += 1) churn.change();
  }, TICK_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    return done;
  };
}

/** What happens in a cluster all the time. The same seed and the same cluster give the same changes. */
export class Churn {
  readonly #store: KubernetesStore;
  readonly #random: Random;
  readonly #pods: Herd;
  readonly #deployments: Herd;
  readonly #entities: Herd;

  constructor(store: KubernetesStore, seed: number) {
    this.#store = store;
    this.#random = createRandom(seed, 'churn');
    this.#pods = new Herd(store, 'v1', 'Pod');
    this.#deployments = new Herd(store, 'apps/v1', 'Deployment');
    this.#entities = new Herd(store, 'getport.io/v1', 'Entity');
  }

  /** A container restarts, a pod is replaced, a workload is rolled out or, seldom, an object of the catalog goes. */
  change(): void {
    const change = this.#random.weighted([
      [() => this.#restart(), 60],
      [() => this.#replacePod(), 30],
      [() => this.#rollOut(), 9],
      [() => this.#removeEntity(), 1],
    ] as const);
    change();
  }

  #restart(): void {
    const pod = this.#pods.pick(this.#random);
    const status = pod?.status;
    if (pod === undefined || !isRecord(status) || !Array.isArray(status.containerStatuses)) return;
    const containerStatuses = status.containerStatuses.map((one: unknown) =>
      isRecord(one) ? { ...one, restartCount: Number(one.restartCount ?? 0) + 1 } : one,
    );
    this.#store.put({ ...pod, status: { ...status, containerStatuses } });
  }

  /** A pod goes, and another of the same owner comes; one of a stateful set comes back under its own name. */
  #replacePod(): void {
    const pod = this.#pods.pick(this.#random);
    if (pod === undefined) return;
    const { name, namespace = '', generateName, uid: _uid, ...rest } = pod.metadata;
    this.#store.remove(this.#store.definitionOf(pod), namespace, name);
    const next = typeof generateName === 'string' ? `${generateName}${this.#random.uuid().slice(0, 5)}` : name;
    const metadata = { ...rest, name: next, namespace, creationTimestamp: timestamp(new Date()) };
    const own = generateName === undefined ? metadata : { ...metadata, generateName };
    this.#pods.add(this.#store.put({ ...pod, metadata: own }));
  }

  /** The workload changes once for what is wanted, and once for what has become of it. */
  #rollOut(): void {
    const deployment = this.#deployments.pick(this.#random);
    if (deployment === undefined) return;
    const { annotations = {}, generation = 1 } = deployment.metadata;
    const revision = String(Number(annotations[REVISION] ?? 0) + 1);
    const metadata = {
      ...deployment.metadata,
      generation: generation + 1,
      annotations: { ...annotations, [REVISION]: revision },
    };
    this.#store.put({ ...deployment, metadata });
    const status = isRecord(deployment.status) ? deployment.status : {};
    this.#store.put({ ...deployment, metadata, status: { ...status, observedGeneration: generation + 1 } });
  }

  #removeEntity(): void {
    const entity = this.#entities.pick(this.#random);
    if (entity === undefined) return;
    const { namespace = '', name } = entity.metadata;
    this.#store.remove(this.#store.definitionOf(entity), namespace, name);
  }
}

/** Where the objects of one kind are, to pick one at random. */
class Herd {
  readonly #store: KubernetesStore;
  readonly #definition: Definition;
  readonly #places: (readonly [namespace: string, name: string])[] = [];

  constructor(store: KubernetesStore, apiVersion: string, kind: string) {
    this.#store = store;
    this.#definition = store.definitionOf({ apiVersion, kind });
    for (const [, object] of store.shelf(this.#definition).at(store.version) ?? []) this.add(object);
  }

  add({ metadata: { namespace = '', name } }: KubernetesObject): void {
    this.#places.push([namespace, name]);
  }

  /** One that is there; undefined when none is left. */
  pick(random: Random): KubernetesObject | undefined {
    while (this.#places.length > 0) {
      const at = random.int(0, this.#places.length - 1);
      const [namespace, name] = this.#places[at] ?? ['', ''];
      const found = this.#store.get(this.#definition, namespace, name);
      if (found !== undefined) return found;
      const last = this.#places.pop();
      if (last !== undefined && at < this.#places.length) this.#places[at] = last;
    }
    return undefined;
  }
}

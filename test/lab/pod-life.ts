import { appendFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Api, ApiRefusal } from './api.ts';
import { execIn, type Prepared, startContainer } from './container.ts';
import { imageCalled } from './images.ts';
import type { PodAddress, PodNetwork } from './network.ts';
import { environmentOf, expand } from './pod-environment.ts';
import type { PodFiles } from './pod-files.ts';
import { ConfigError, type Container, type Pod } from './pod-model.ts';
import { type ContainerRecord, now, PodStatus, terminated } from './pod-status.ts';
import { probe } from './probes.ts';
import type { Ending, Running } from './processes.ts';
import type { ServiceNames } from './services.ts';

/** What all pods of a node share. */
export interface NodeParts {
  readonly api: Api;
  readonly network: PodNetwork;
  readonly files: PodFiles;
  readonly names: ServiceNames;
  /** What every container gets, to find the API server. */
  readonly everywhere: Readonly<Record<string, string>>;
  /** Where logs, endings and the pods' files go. */
  readonly folder: string;
}

const BACKOFF_MS = [1000, 2000, 4000, 8000];

/** Brings a pod to life, and to its end: init containers, containers, probes, restarts, deletion. */
export class PodLife {
  readonly #parts: NodeParts;
  readonly #pod: Pod;
  readonly #status: PodStatus;
  readonly #leaving = new AbortController();
  readonly #folder: string;
  readonly #done: Promise<void>;
  #graceSeconds: number;

  constructor(parts: NodeParts, pod: Pod) {
    this.#parts = parts;
    this.#pod = pod;
    this.#status = new PodStatus(parts.api, pod);
    this.#folder = join(parts.folder, 'pods', pod.metadata.uid);
    this.#graceSeconds = pod.spec.terminationGracePeriodSeconds;
    this.#done = this.#live().catch((error: unknown) => {
      process.stderr.write(`lab: ${pod.metadata.namespace}/${pod.metadata.name}: ${String(error)}\n`);
    });
  }

  /** Ends the pod: it was deleted, or the node stops. */
  async end(graceSeconds: number): Promise<void> {
    this.#graceSeconds = graceSeconds;
    this.#leaving.abort();
    await this.#done;
  }

  async #live(): Promise<void> {
    const address = await this.#parts.network.join();
    this.#status.podIp = address.ip;
    try {
      await mkdir(this.#folder, { recursive: true });
      await this.#status.tell();
      if (await this.#initialize(address)) await this.#runAll(address);
    } finally {
      await address.leave();
      await rm(this.#folder, { recursive: true, force: true });
    }
  }

  /** @returns whether the containers may start */
  async #initialize(address: PodAddress): Promise<boolean> {
    for (const [index, container] of this.#pod.spec.initContainers.entries()) {
      const record = this.#status.init[index];
      if (record === undefined) continue;
      const ending = await this.#keepRunning(container, record, address, this.#pod.spec.restartPolicy !== 'Never');
      if (ending?.exitCode !== 0) {
        if (!this.#leaving.signal.aborted) this.#status.phase = 'Failed';
        await this.#status.tell();
        return false;
      }
      record.ready = true;
    }
    this.#status.initialized = true;
    return !this.#leaving.signal.aborted;
  }

  async #runAll(address: PodAddress): Promise<void> {
    this.#status.phase = 'Running';
    const policy = this.#pod.spec.restartPolicy;
    const endings = await Promise.all(
      this.#pod.spec.containers.map(async (container, index) => {
        const record = this.#status.main[index];
        return record && this.#keepRunning(container, record, address, policy !== 'Never', policy === 'Always');
      }),
    );
    // Asked to go, a pod ends as its containers did; one that was asked to before anything ran has failed.
    this.#status.phase = endings.every((ending) => ending?.exitCode === 0) ? 'Succeeded' : 'Failed';
    await this.#status.tell();
  }

  /** Runs a container until it need not be started again. @returns its last ending; undefined when it never ran */
  async #keepRunning(
    container: Container,
    record: ContainerRecord,
    address: PodAddress,
    afterFailure: boolean,
    afterSuccess = false,
  ): Promise<Ending | undefined> {
    for (;;) {
      if (this.#leaving.signal.aborted) return undefined;
      const prepared = await this.#prepare(container, record, address);
      if (prepared === undefined) {
        await this.#wait(1000);
        continue;
      }
      const ending = await this.#runOnce(prepared, record, address);
      const again = ending.exitCode === 0 ? afterSuccess : afterFailure;
      await this.#status.tell();
      if (!again || this.#leaving.signal.aborted) return ending;
      await this.#wait(BACKOFF_MS[Math.min(record.restartCount, BACKOFF_MS.length - 1)] ?? 0, record);
      record.restartCount += 1;
    }
  }

  async #wait(ms: number, record?: ContainerRecord): Promise<void> {
    if (record) {
      record.lastState = record.state;
      record.state = { waiting: { reason: 'CrashLoopBackOff' } };
      await this.#status.tell();
    }
    await sleep(ms, undefined, { signal: this.#leaving.signal }).catch(() => {});
  }

  /** @returns undefined when the container cannot be made now; the status says why */
  async #prepare(
    container: Container,
    record: ContainerRecord,
    { ip, namespace }: PodAddress,
  ): Promise<Prepared | undefined> {
    const { api, files, names, everywhere } = this.#parts;
    const image = imageCalled(container.image);
    try {
      if (image === undefined) throw new ConfigError(`The lab has no image ${container.image}.`);
      const environment = await environmentOf(api, this.#pod, container, ip);
      const all = new Map([...Object.entries(image.environment), ...Object.entries(everywhere), ...environment]);
      const args = container.args ?? (container.command ? [] : image.command);
      return {
        ...{ container, pod: this.#pod, image, environment: all, networkNamespace: namespace },
        command: [...(container.command ?? image.entrypoint), ...args].map((word) => expand(word, environment)),
        volumes: await files.write(this.#pod, ip, this.#folder),
        hosts: await names.fileFor(this.#pod.metadata.namespace),
        folder: join(this.#folder, container.name),
      };
    } catch (error) {
      const reason = error instanceof ConfigError && image ? 'CreateContainerConfigError' : 'ErrImagePull';
      record.state = { waiting: { reason, message: error instanceof Error ? error.message : String(error) } };
      await this.#status.tell();
      return undefined;
    }
  }

  async #runOnce(prepared: Prepared, record: ContainerRecord, address: PodAddress): Promise<Ending> {
    const { namespace, name, uid } = this.#pod.metadata;
    const running = await startContainer(prepared, await this.#logFile(record.name));
    const startedAt = now();
    record.state = { running: { startedAt } };
    const ended = new AbortController();
    const leave = () => this.#stop(running, prepared);
    this.#leaving.signal.addEventListener('abort', leave);
    if (this.#leaving.signal.aborted) leave();
    this.#probe(prepared, record, running, address, ended.signal);
    await this.#status.tell();
    const ending = await running.ended;
    ended.abort();
    this.#leaving.signal.removeEventListener('abort', leave);
    record.state = terminated(ending, startedAt);
    record.ready = false;
    record.started = false;
    const line = { namespace, pod: name, uid, container: record.name, exitCode: ending.exitCode };
    await appendFile(join(this.#parts.folder, 'endings.jsonl'), `${JSON.stringify(line)}\n`);
    return ending;
  }

  async #logFile(container: string): Promise<string> {
    const { namespace, name } = this.#pod.metadata;
    const folder = join(this.#parts.folder, 'logs', namespace, name);
    await mkdir(folder, { recursive: true });
    return join(folder, `${container}.log`);
  }

  #stop(running: Running, prepared: Prepared): void {
    const preStop = prepared.container.lifecycle?.preStop;
    const graceMs = this.#graceSeconds * 1000;
    const before = preStop?.exec
      ? execIn(prepared, running.pid, preStop.exec.command, graceMs)
      : sleep((preStop?.sleep?.seconds ?? 0) * 1000);
    before.catch(() => undefined).then(() => running.stop(graceMs));
  }

  /** Startup first; readiness and liveness only once the container has started. */
  #probe(
    prepared: Prepared,
    record: ContainerRecord,
    running: Running,
    address: PodAddress,
    signal: AbortSignal,
  ): void {
    const { startupProbe, readinessProbe, livenessProbe } = prepared.container;
    const target = { prepared, pid: running.pid, podIp: address.ip };
    const restart = () => running.stop(this.#graceSeconds * 1000);
    const started = (): void => {
      record.started = true;
      record.ready = readinessProbe === undefined;
      this.#status.tell();
      if (livenessProbe) probe(livenessProbe, target, signal, (succeeds) => succeeds || restart());
      if (!readinessProbe) return;
      probe(readinessProbe, target, signal, (succeeds) => {
        record.ready = succeeds;
        this.#status.tell();
      });
    };
    if (startupProbe === undefined) {
      started();
      return;
    }
    const once = new AbortController();
    probe(startupProbe, target, AbortSignal.any([signal, once.signal]), (succeeds) => {
      once.abort();
      if (succeeds) started();
      else restart();
    });
  }
}

/** Takes a pod that nothing runs of out of the API server. */
export async function forget(api: Api, { metadata: { namespace, name, uid } }: Pod): Promise<void> {
  const options = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0, preconditions: { uid } };
  try {
    await api.remove(`/api/v1/namespaces/${namespace}/pods/${name}`, options);
  } catch (error) {
    if (!(error instanceof ApiRefusal && [404, 409].includes(error.status))) throw error;
  }
}

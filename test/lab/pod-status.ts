import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { type Api, ApiRefusal } from './api.ts';
import type { Pod } from './pod-model.ts';
import type { Ending } from './processes.ts';

export type ContainerState =
  | { readonly waiting: { readonly reason: string; readonly message?: string } }
  | { readonly running: { readonly startedAt: string } }
  | { readonly terminated: Terminated };

interface Terminated {
  readonly exitCode: number;
  readonly reason: string;
  readonly startedAt: string;
  readonly finishedAt: string;
}

/** What is known of a container, and changes as it lives. */
export interface ContainerRecord {
  readonly name: string;
  readonly image: string;
  state: ContainerState;
  lastState: ContainerState | Record<string, never>;
  ready: boolean;
  started: boolean;
  restartCount: number;
}

function newRecord({ name, image }: { readonly name: string; readonly image: string }): ContainerRecord {
  const state = { waiting: { reason: 'ContainerCreating' } };
  return { name, image, state, lastState: {}, ready: false, started: false, restartCount: 0 };
}

export function terminated({ exitCode }: Ending, startedAt: string): ContainerState {
  const reason = exitCode === 0 ? 'Completed' : 'Error';
  return { terminated: { exitCode, reason, startedAt, finishedAt: now() } };
}

export function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}

export type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

/** Writes the status of a pod to the API server, one change after the other. */
export class PodStatus {
  readonly init: readonly ContainerRecord[];
  readonly main: readonly ContainerRecord[];
  phase: Phase = 'Pending';
  podIp = '';
  initialized = false;
  readonly #api: Api;
  readonly #pod: Pod;
  readonly #since = new Map<string, { readonly status: string; readonly at: string }>();
  readonly #startTime = now();
  #writing: Promise<void> = Promise.resolve();
  #written: unknown;

  constructor(api: Api, pod: Pod) {
    this.#api = api;
    this.#pod = pod;
    this.init = pod.spec.initContainers.map(newRecord);
    this.main = pod.spec.containers.map(newRecord);
  }

  /** Tells what is known now. */
  async tell(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    await this.#writing;
  }

  async #write(): Promise<void> {
    const status = this.#document();
    if (isDeepStrictEqual(status, this.#written)) return;
    this.#written = status;
    const { namespace, name, uid } = this.#pod.metadata;
    for (let triesLeft = 5; triesLeft > 0; triesLeft--) {
      try {
        await this.#api.merge(`/api/v1/namespaces/${namespace}/pods/${name}/status`, { metadata: { uid }, status });
        return;
      } catch (error) {
        // The pod is gone, or another one has its name (409).
        if (error instanceof ApiRefusal && [404, 409].includes(error.status)) return;
        await sleep(500);
      }
    }
  }

  #document(): unknown {
    const { phase, podIp } = this;
    const isReady = phase === 'Running' && this.main.every(({ ready }) => ready);
    const reason = phase === 'Succeeded' ? 'PodCompleted' : phase === 'Failed' ? 'PodFailed' : undefined;
    const ready = isReady ? undefined : (reason ?? 'ContainersNotReady');
    return {
      phase,
      startTime: this.#startTime,
      conditions: [
        this.#condition('PodScheduled', true),
        this.#condition('Initialized', this.initialized, this.initialized ? reason : 'ContainersNotInitialized'),
        this.#condition('ContainersReady', isReady, ready),
        this.#condition('Ready', isReady, ready),
      ],
      ...(podIp !== '' && { podIP: podIp, podIPs: [{ ip: podIp }] }),
      initContainerStatuses: this.init.map(statusOf),
      containerStatuses: this.main.map(statusOf),
    };
  }

  #condition(type: string, isTrue: boolean, reason?: string): unknown {
    const status = isTrue ? 'True' : 'False';
    const before = this.#since.get(type);
    const at = before?.status === status ? before.at : now();
    this.#since.set(type, { status, at });
    return { type, status, lastTransitionTime: at, ...(reason !== undefined && { reason }) };
  }
}

function statusOf({ name, image, state, lastState, ready, started, restartCount }: ContainerRecord): unknown {
  const id = `lab://${name}-${restartCount}`;
  return { name, image, imageID: `lab://${image}`, containerID: id, state, lastState, ready, started, restartCount };
}

import { onTestFinished } from 'vitest';
import { createKubernetesApi } from '../../src/kubernetes/api.ts';
import { createDiscovery } from '../../src/kubernetes/discovery.ts';
import { type WatchOptions, watchResource } from '../../src/kubernetes/watch.ts';
import { createGovernor } from '../../src/net/governor.ts';
import {
  type KubernetesOptions,
  type KubernetesStandIn,
  startKubernetes,
} from '../../src/sandbox/kubernetes/start-kubernetes.ts';

/** Waits as long as the program does, but a thousandth of the time. */
export const QUICK = {
  now: () => Date.now(),
  sleep: (ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms / 1_000);
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    }),
};

export function apiOf(server: Pick<KubernetesStandIn, 'baseUrl' | 'token'>, attempts = 1) {
  return createKubernetesApi({
    connection: {
      baseUrl: server.baseUrl,
      origin: 'a test',
      namespace: undefined,
      tls: async () => ({}),
      authorize: async () => `Bearer ${server.token}`,
    },
    governor: createGovernor({ side: 'kubernetes', concurrency: 4, clock: QUICK }),
    timeoutMs: 2_000,
    maxResponseBytes: 1024 * 1024,
    secrets: [],
    attempts,
  });
}

export function pod(name: string, more: object = {}, namespace = 'payments') {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, ...more };
}

/** A watch of pods on the stand-in, and what it has told. */
export async function watchPods(options: KubernetesOptions & WatchOptions & { readonly kind?: string } = {}) {
  const { namespace, kind = 'v1/pods', ...more } = options;
  const server = await startKubernetes(more);
  const api = apiOf(server);
  const told: string[] = [];
  const states: string[] = [];
  const ending = new AbortController();
  const watching = watchResource(
    { api, discovery: createDiscovery(api) },
    kind,
    {
      onChange: ({ type, item }) => told.push(`${type} ${item.key}`),
      onBegin: () => told.push('begin'),
      onLost: () => told.push('lost'),
      onState: (state) => states.push(state.type === 'waiting' ? `waiting: ${state.why}` : state.type),
    },
    ending.signal,
    { clock: QUICK, ...(namespace === undefined ? {} : { namespace }) },
  );
  onTestFinished(async () => {
    ending.abort();
    await watching;
    api.close();
    await server.close();
  });
  /** How often pods were listed. */
  const lists = () => server.log.filter(({ route }) => route === 'list-pods').length;
  return { server, told, states, lists, end: () => ending.abort(), watching };
}

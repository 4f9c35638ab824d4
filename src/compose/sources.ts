import type { Settings } from '../config/settings.ts';
import type { Kinds } from '../core/kinds.ts';
import { createKubernetesApi } from '../kubernetes/api.ts';
import { connectionOf } from '../kubernetes/connection.ts';
import { createKubernetesSource, type KubernetesSource } from '../kubernetes/source.ts';
import { createFolderSource, type FolderSource } from '../manifests/source.ts';
import type { Governor } from '../net/governor.ts';
import { VERSION } from '../version.ts';
import { type ConnectionBase, connectKomodor, type createGovernors, MAX_RESPONSE_BYTES } from './connections.ts';
import { kindsOf, offlineKinds, withKinds } from './kinds.ts';

/** What entities are made of: all kinds, and the systems that they are read from. */
export interface Sources {
  readonly kinds: Kinds;
  /** The same kinds for live events, whose requests to Komodor do not wait for those of a resync. */
  readonly liveKinds: Kinds;
  /** The cluster that KUBERNETES names. */
  readonly cluster?: KubernetesSource;
  /** The folder that CATALOG_PATH names. */
  readonly folder?: FolderSource;
  close(): void;
}

/** The kinds without their systems, for answers that need Port alone. */
export function noSources(settings: Settings): Sources {
  const kinds = offlineKinds(settings);
  return { kinds, liveKinds: kinds, close: () => undefined };
}

/** Connects the kinds with Komodor, the folder and the cluster, as the settings say. @throws AppError `settings_invalid` */
export async function connectSources({
  governors,
  now,
  onNote,
  ...shared
}: Omit<ConnectionBase, 'governor'> & {
  readonly governors: ReturnType<typeof createGovernors>;
  readonly now: () => number;
  /** Gets each sentence about what of the folder is passed over, once. */
  readonly onNote?: ((text: string) => void) | undefined;
}): Promise<Sources> {
  const { settings } = shared;
  const komodor = connectKomodor({ ...shared, governor: governors.komodor, now });
  const liveKomodor = connectKomodor({ ...shared, governor: governors.komodor, now, lane: 'live' });
  const cluster = await connectCluster({ ...shared, now }, governors.kubernetes);
  const { catalogPath } = settings;
  const folder = catalogPath === undefined ? undefined : createFolderSource({ path: catalogPath, onNote });
  const make = cluster && ((name: string) => cluster.kind(name));
  const kindsFrom = ({ kinds }: typeof komodor) =>
    withKinds(kindsOf(settings), [...kinds.all, ...(folder?.kinds ?? [])], make);
  return {
    kinds: kindsFrom(komodor),
    liveKinds: kindsFrom(liveKomodor),
    ...(cluster && { cluster }),
    ...(folder && { folder }),
    close() {
      komodor.close();
      liveKomodor.close();
      cluster?.close();
    },
  };
}

/** The API of a cluster. @param kubernetes as KUBERNETES names it */
export async function connectClusterApi(
  kubernetes: string,
  {
    settings,
    env,
    now,
    ...shared
  }: Pick<ConnectionBase, 'settings' | 'env' | 'secrets' | 'governor' | 'attempts' | 'onNetworkWait'> & {
    readonly now?: () => number;
  },
) {
  const connection = await connectionOf(kubernetes, env, now);
  const limits = { timeoutMs: settings.requestTimeoutMs, maxResponseBytes: MAX_RESPONSE_BYTES };
  const api = createKubernetesApi({ connection, env, ...limits, ...shared, userAgent: `komodor-port/${VERSION}` });
  return { connection, api };
}

async function connectCluster(
  shared: Omit<ConnectionBase, 'governor'> & { readonly now: () => number },
  governor: Governor | undefined,
): Promise<KubernetesSource | undefined> {
  const { kubernetes, clusterName } = shared.settings;
  if (kubernetes === undefined || governor === undefined) return undefined;
  const { api } = await connectClusterApi(kubernetes, { ...shared, governor });
  return createKubernetesSource({ api, clusterName, now: shared.now });
}

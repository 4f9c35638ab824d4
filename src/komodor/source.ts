import type { Scope, Source } from '../core/ports.ts';
import { createPageSize } from '../net/page-size.ts';
import { addressingOf } from './addressing.ts';
import { createKomodorApi, type KomodorApiOptions } from './api.ts';
import { withKnownClusters } from './clusters.ts';
import { textOf } from './item.ts';
import { chain, type Reading } from './listing.ts';
import type { Walk } from './proof.ts';
import { readRisks, readRisksOf } from './risks.ts';
import { excludedBy, widened } from './selection.ts';
import {
  checkSelector,
  normalSelector,
  parseRiskSelector,
  parseServiceSelector,
  type RiskSelector,
  SEVERITIES,
  type ServiceSelector,
  WORKLOAD_KINDS,
} from './selector.ts';
import { readServices } from './services.ts';

export interface KomodorSourceOptions extends KomodorApiOptions {
  /** How many items to ask for at once, to begin with (default 500 services, 200 risks). */
  readonly pageSizes?: { readonly services?: number; readonly risks?: number };
  /** A listing with more pages than this is taken for endless (default 50,000). */
  readonly maxPages?: number;
}

export interface KomodorSource extends Source {
  /** Closes idle connections. */
  close(): void;
}

/** Komodor's services and health risks as a Source. */
export function createKomodorSource(options: KomodorSourceOptions): KomodorSource {
  const api = createKomodorApi(options);
  const { maxPages = 50_000 } = options;
  const { services = 500, risks = 200 } = options.pageSizes ?? {};

  /** Page sizes are learned anew in each read, and shared by its listings. */
  function reading(pageSize: number, signal: AbortSignal): Reading {
    return { api, size: createPageSize(pageSize), maxPages, signal };
  }

  return {
    checkSelector,
    normalSelector,
    addressing: addressingOf,
    close: api.close,
    read({ kind, selector }, signal) {
      if (kind === 'komodorService') {
        const chosen = parseServiceSelector(selector);
        const own = reading(services, signal);
        return withKnownClusters(own, chosen.clusters, readServices(own, chosen));
      }
      const chosen = parseRiskSelector(selector);
      const own = reading(risks, signal);
      return withKnownClusters(own, chosen.clusters, readRisks(own, chosen));
    },
    readScope({ kind, selector }, scope, signal) {
      if (kind === 'komodorService') {
        const cluster = part(scope, 'cluster');
        const namespace = part(scope, 'namespace');
        const chosen = parseServiceSelector(selector);
        if (!includes(chosen, cluster, namespace)) return undefined;
        return readServices(reading(services, signal), { ...chosen, clusters: [cluster], namespaces: [namespace] });
      }
      const komodorUid = part(scope, 'komodorUid');
      const [, cluster, namespace] = komodorUid.split('|');
      const chosen = parseRiskSelector(selector);
      if (!includes(chosen, cluster, namespace)) return undefined;
      return readRisksOf(reading(risks, signal), chosen, komodorUid);
    },
    excludedBy,
    widened,
    async locate(address, signal) {
      if (address.kind !== '') return [address];
      const { cluster, namespace, name } = address;
      const found = new Set<string>();
      const everything = parseServiceSelector({ clusters: cluster, namespaces: namespace });
      for await (const { items } of readServices(reading(services, signal), everything)) {
        for (const item of items) if (textOf(item, 'service') === name) found.add(textOf(item, 'kind') ?? '');
      }
      const kinds = [...found].filter((kind) => kind !== '');
      // Nothing of that name any more: it may have been of any kind, and its entity may have to go.
      return (kinds.length > 0 ? kinds : WORKLOAD_KINDS).map((kind) => ({ ...address, kind }));
    },
    readDifferently({ kind, selector }, signal) {
      return kind === 'komodorService'
        ? chain(servicesByKind(reading(services, signal), parseServiceSelector(selector)))
        : chain(risksBySeverity(reading(risks, signal), parseRiskSelector(selector)));
    },
  };
}

/** A scope with a hole in it would ask about nothing, find nothing, and so bear false witness. */
function part(scope: Scope, name: string): string {
  const value = scope[name];
  if (!value) throw new Error(`a scope without ${name}`);
  return value;
}

/** Whether a place can hold anything of a selection; a part that is not known excludes nothing. */
function includes(
  { clusters, namespaces }: ServiceSelector | RiskSelector,
  cluster: string | undefined,
  namespace: string | undefined,
): boolean {
  const clusterFits = clusters.length === 0 || cluster === undefined || clusters.includes(cluster);
  return clusterFits && (namespaces.length === 0 || namespace === undefined || namespaces.includes(namespace));
}

function* servicesByKind(reading: Reading, selector: ServiceSelector): Generator<Walk> {
  for (const kind of selector.kinds.length > 0 ? selector.kinds : WORKLOAD_KINDS) {
    yield readServices(reading, { ...selector, kinds: [kind] });
  }
}

function* risksBySeverity(reading: Reading, selector: RiskSelector): Generator<Walk> {
  for (const severity of selector.severity.length > 0 ? selector.severity : SEVERITIES) {
    yield readRisks(reading, { ...selector, severity: [severity] });
  }
}

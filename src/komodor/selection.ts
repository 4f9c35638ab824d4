import type { KindQuery } from '../core/ports.ts';
import { IMPACT_GROUP_TYPES, parseRiskSelector, parseServiceSelector } from './selector.ts';

type Parts = { readonly [part: string]: string };

/** The key of a selector that leaves out an address, as far as its parts are known. */
export function excludedBy({ kind, selector }: KindQuery, parts: Parts): string | undefined {
  const [, cluster, namespace] = parts.komodorUid?.split('|') ?? [];
  const place = { clusters: parts.cluster ?? cluster, namespaces: parts.namespace ?? namespace };
  const limits: readonly (readonly [string, readonly string[], string | undefined])[] =
    kind === 'komodorService'
      ? limitsOfServices(parseServiceSelector(selector))
      : limitsOfRisks(parseRiskSelector(selector));
  return limits.find(([, list, value]) => list.length > 0 && value !== undefined && !list.includes(value))?.[0];

  function limitsOfServices({ clusters, namespaces, kinds }: ReturnType<typeof parseServiceSelector>) {
    return [...limitsOfRisks({ clusters, namespaces }), ['kinds', kinds, parts.kind] as const];
  }
  function limitsOfRisks({
    clusters,
    namespaces,
  }: Pick<ReturnType<typeof parseRiskSelector>, 'clusters' | 'namespaces'>) {
    return [['clusters', clusters, place.clusters] as const, ['namespaces', namespaces, place.namespaces] as const];
  }
}

/** The query without what its selector limits besides places, and the keys of that. */
export function widened({ kind, selector }: KindQuery): { query: KindQuery; keys: readonly string[] } | undefined {
  const parsed = kind === 'komodorService' ? parseServiceSelector(selector) : parseRiskSelector(selector);
  const keys = Object.entries(parsed).flatMap(([key, values]) =>
    key !== 'clusters' && key !== 'namespaces' && values.length > 0 && Object.hasOwn(selector, key) ? [key] : [],
  );
  if (keys.length === 0) return undefined;
  const { clusters, namespaces } = parsed;
  const wide = kind === 'komodorService' ? {} : { impactGroupType: [...IMPACT_GROUP_TYPES] };
  return { query: { kind, selector: { clusters, namespaces, ...wide } }, keys };
}

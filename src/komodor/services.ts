import { z } from 'zod';
import type { RawItem } from '../core/model.ts';
import { type Place, walkByCursor } from './cursor-walk.ts';
import { textOf, toItem } from './item.ts';
import { chain, orIncomplete, type Reading, weighed } from './listing.ts';
import type { Walk } from './proof.ts';
import type { ServiceSelector } from './selector.ts';

/** What one `POST /services/search` listing can be limited to: a single cluster and a single status, lists of the rest. */
interface ServiceFilter {
  readonly cluster?: string | undefined;
  readonly status?: string | undefined;
  readonly namespaces: readonly string[];
  readonly kinds: readonly string[];
}

const Answer = z
  .looseObject({
    data: z.looseObject({ services: z.unknown().optional() }).catch({ services: undefined }),
    meta: z.unknown().optional(),
  })
  .catch({ data: { services: undefined }, meta: undefined });

/** All services that a selector names: one listing per cluster and status, for the endpoint takes one of each. */
export function readServices(reading: Reading, selector: ServiceSelector): Walk {
  return chain(listings(reading, selector));
}

function* listings(reading: Reading, selector: ServiceSelector): Generator<Walk> {
  for (const cluster of orAny(selector.clusters)) {
    for (const status of orAny(selector.status)) {
      const filter = { cluster, status, namespaces: selector.namespaces, kinds: selector.kinds };
      yield orIncomplete(reading, readListing(reading, filter));
    }
  }
}

function orAny(values: readonly string[]): readonly (string | undefined)[] {
  return values.length > 0 ? values : [undefined];
}

function readListing(reading: Reading, filter: ServiceFilter): Walk {
  const { api, size, signal, maxPages } = reading;
  return walkByCursor({
    what: nameOf(filter),
    toItem: (row) => toItem('komodorService', row),
    inScope: (item) => matches(filter, item),
    maxPages,
    ask: (place, most) =>
      size.ask({
        hostAnswered: api.hostAnswered,
        // A page number means another place as soon as pages have another size; and who says how many means it.
        fixed: place.type === 'page' || most !== undefined,
        async ask(wanted, attempts) {
          const pageSize = most ?? wanted;
          const { body, bytes } = await api.call({
            method: 'POST',
            path: '/services/search',
            body: bodyOf(filter, place, pageSize),
            signal,
            ...(attempts === undefined ? {} : { attempts }),
          });
          const { data, meta } = Answer.parse(body);
          return weighed({ rows: data.services, meta, askedFor: pageSize }, bytes);
        },
      }),
  });
}

/** Empty lists are left out: Komodor refuses `kind: []`. */
function bodyOf({ cluster, status, namespaces, kinds }: ServiceFilter, place: Place, pageSize: number): unknown {
  const scope = {
    ...(cluster === undefined ? {} : { cluster }),
    ...(namespaces.length === 0 ? {} : { namespaces }),
  };
  return {
    ...(Object.keys(scope).length === 0 ? {} : { scope }),
    ...(kinds.length === 0 ? {} : { kind: kinds }),
    ...(status === undefined ? {} : { status }),
    pagination: {
      pageSize,
      ...(place.type === 'token' ? { token: place.token } : {}),
      ...(place.type === 'page' ? { page: place.page } : {}),
    },
  };
}

/** An item without the field is given the benefit of the doubt. */
function matches({ cluster, namespaces, kinds }: ServiceFilter, item: RawItem): boolean {
  const itsCluster = textOf(item, 'cluster') ?? cluster;
  const itsNamespace = textOf(item, 'namespace');
  const itsKind = textOf(item, 'kind');
  if (cluster !== undefined && itsCluster !== cluster) return false;
  if (kinds.length > 0 && itsKind !== undefined && !kinds.includes(itsKind)) return false;
  return namespaces.length === 0 || itsNamespace === undefined || namespaces.includes(itsNamespace);
}

function nameOf({ cluster, status, namespaces, kinds }: ServiceFilter): string {
  const limits = [
    cluster === undefined ? [] : [`cluster ${cluster}`],
    namespaces.length === 0 ? [] : [`namespace ${namespaces.join(', ')}`],
    kinds.length === 0 ? [] : [`kind ${kinds.join(', ')}`],
    status === undefined ? [] : [`status ${status}`],
  ].flat();
  return limits.length === 0 ? 'services' : `services of ${limits.join(', ')}`;
}

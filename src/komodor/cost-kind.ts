import type { JsonObject } from '../core/model.ts';
import type { Selector } from '../core/selector.ts';
import type { Place, Walk } from '../core/source.ts';
import { defineKind, type KindDefinition, type KindDoc, type KindSpec } from './define-kind.ts';
import { hashOf, type ItemSpec, textIn } from './item.ts';
import { isWithin, nameOf, orAny } from './limits.ts';
import type { Reading } from './listing.ts';
import { readByQueryCursor } from './paging.ts';
import { PROBE } from './probe.ts';
import { under } from './question.ts';
import { sideBySide } from './side-by-side.ts';

interface CostSelector extends Selector {
  readonly clusters: readonly string[];
  readonly namespaces: readonly string[];
}

/** The differences between the kinds with numbers for each service. */
interface CostSpec<S extends CostSelector> {
  readonly name: string;
  readonly doc: Pick<KindDoc, 'title' | 'endpoint' | 'selector' | 'mayLack'>;
  readonly path: string;
  /** The field of an answer with the rows. */
  readonly rows: string;
  /** The field of a row with the name of the service. */
  readonly nameField: string;
  readonly selector: KindSpec<S>['selector'];
  /** The query parameters that choose the numbers. */
  query(selector: S): { readonly [parameter: string]: string };
  /** Fields of the probe's row, besides those that say which service it is. */
  readonly probe: JsonObject;
}

const PARTS = ['kind', 'cluster', 'namespace', 'name'];

/** Defines a kind whose rows are numbers of services. It only adds properties to services, so absence means nothing. */
export function defineCostKind<S extends CostSelector>(spec: CostSpec<S>): KindDefinition {
  const { nameField } = spec;
  const item = itemSpec(nameField);
  return defineKind<S>({
    name: spec.name,
    doc: {
      ...spec.doc,
      blueprint: 'none of its own: properties on `komodorService`, by `._.service`',
      addOn: 'cost',
      identity: 'kind, cluster, namespace and name of the service',
      absence: 'nothing: it makes no entity, so it deletes none',
      completeness: 'every cursor leads to another page, none repeats, the last page says so',
    },
    after: ['komodorService'],
    pageSize: 500,
    largestPage: 1_000,
    rows: [spec.rows],
    selector: spec.selector,
    ...item,
    probe: {
      row: {
        clusterName: PROBE.cluster,
        namespace: PROBE.namespace,
        [nameField]: PROBE.name,
        komodorServiceKind: 'Deployment',
        ...spec.probe,
      },
      place: { kind: 'Deployment', cluster: PROBE.cluster, namespace: PROBE.namespace, name: PROBE.name },
    },
    identity: PARTS,
    placeOf: ({ value }) => partsIn(value, nameField),
    limits: ({ cluster, namespace }) => ({ clusters: cluster, namespaces: namespace }),
    absence: () => ({ means: 'nothing' }),
    // Komodor can filter by only one value of one column.
    read: (reading, selector) =>
      sideBySide(orAny(selector.namespaces).map((namespace) => readListing(spec, item, reading, selector, namespace))),
  });
}

function itemSpec(nameField: string): ItemSpec {
  return {
    identify(row) {
      const service = partsIn(row, nameField);
      const parts = PARTS.map((part) => service[part]);
      const label = parts.map((part) => part ?? '?').join('/');
      return { identity: parts.includes(undefined) ? hashOf(row) : parts, label };
    },
    derive(row) {
      const service = partsIn(row, nameField);
      const isWhole = PARTS.every((part) => service[part] !== undefined);
      return { id: row.id ?? null, cluster: service.cluster ?? null, service: isWhole ? service : null };
    },
  };
}

function readListing<S extends CostSelector>(
  { doc, path, rows, query, nameField }: CostSpec<S>,
  item: ItemSpec,
  reading: Reading,
  selector: S,
  namespace: string | undefined,
): Walk {
  const { clusters } = selector;
  return readByQueryCursor(reading, item, {
    what: nameOf(doc.title, { cluster: clusters, namespace }),
    method: 'GET',
    path,
    query: {
      ...query(selector),
      clusterScope: clusters,
      ...(namespace === undefined ? {} : { filterBy: 'namespace', filterValueEquals: namespace }),
    },
    rows: under(rows),
    inScope({ value }) {
      const place = partsIn(value, nameField);
      return isWithin({ cluster: clusters, namespace }, { key: '', label: '', value: place });
    },
  });
}

/** The place of the service of a row. It may lack parts. */
function partsIn(row: JsonObject, nameField: string): Place {
  const fields = { kind: 'komodorServiceKind', cluster: 'clusterName', namespace: 'namespace', name: nameField };
  return Object.fromEntries(
    Object.entries(fields).flatMap(([part, field]) => {
      const value = textIn(row, field);
      return value === undefined ? [] : [[part, value]];
    }),
  );
}

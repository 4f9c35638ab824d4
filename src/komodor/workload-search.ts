import type { JsonObject, RawItem } from '../core/model.ts';
import { isLimited, type Selector } from '../core/selector.ts';
import type { Place, Walk } from '../core/source.ts';
import type { KindSpec } from './define-kind.ts';
import { identifyBy, textOf, textsOf } from './item.ts';
import { knownKind } from './kubernetes-kinds.ts';
import { isWithin, limited, nameOf, orAny } from './limits.ts';
import type { Reading } from './listing.ts';
import type { readByPage } from './paging.ts';
import { type Question, under } from './question.ts';
import { sideBySide } from './side-by-side.ts';
import type { Address } from './subject.ts';

/** A search among the things of the clusters' namespaces: for services, for jobs. */
interface WorkloadSearch<S extends Selector> {
  /** How messages, and the answer's list, call them: `services`. */
  readonly what: string;
  readonly path: string;
  /** The field of a row that holds its name. */
  readonly nameField: string;
  /** Every `kind` that a row may have. */
  readonly kinds: readonly string[];
  /** How selector and request spell a kind; as rows do when absent. Kinds that it spells alike are one. */
  readonly spelling?: (kind: string) => string;
  /** The keys of the selector that limit kinds and statuses. */
  readonly kindKey: Extract<keyof S, string>;
  readonly statusKey: Extract<keyof S, string>;
  /** What the request calls the kinds. */
  readonly kindField: string;
  readonly read: typeof readByPage;
}

type Searched<S extends Selector> = Required<
  Pick<
    KindSpec<S>,
    'identify' | 'rows' | 'placeOf' | 'scopeParts' | 'limits' | 'narrow' | 'read' | 'readScope' | 'recut'
  >
> &
  Pick<KindSpec<S>, 'identity'>;

/** What all kinds have in common that are searched in clusters and namespaces. */
export function workloadSearch<S extends Selector>(search: WorkloadSearch<S>): Searched<S> {
  const { nameField, kinds, kindKey, statusKey, spelling = (kind) => kind } = search;
  const fields = ['kind', 'cluster', 'namespace', nameField];
  const identify = (row: JsonObject) => identifyBy(fields, row);
  /** A listing can be limited to a single cluster and a single status, and to lists of the rest. */
  function read(reading: Reading, selector: S): Walk {
    const questions = orAny(listAt(selector, 'clusters')).flatMap((cluster) =>
      orAny(listAt(selector, statusKey)).map((status) => questionOf(search, selector, cluster, status)),
    );
    return sideBySide(questions.map((question) => search.read(reading, { identify }, question)));
  }
  return {
    identify,
    rows: rowsOf(search.what),
    identity: ['kind', 'cluster', 'namespace', 'name'],
    placeOf(item: RawItem): Place {
      const { [nameField]: name, ...place } = textsOf(item, fields);
      return name === undefined ? place : { ...place, name };
    },
    scopeParts: ['cluster', 'namespace'],
    limits: ({ cluster, namespace, kind }) => ({
      clusters: cluster,
      namespaces: namespace,
      [kindKey]: kind === undefined ? undefined : spelling(kind),
    }),
    narrow({ cluster, namespace, kind: spelled, name }: Address) {
      const kind = knownKind(kinds, spelled);
      // A node is none of these, and each of these has a namespace.
      if (kind === undefined || namespace === '') return undefined;
      return {
        scope: { cluster, namespace },
        holds: (item) => spelling(textOf(item, 'kind') ?? '') === spelling(kind) && textOf(item, nameField) === name,
        identifiedBy: [{ cluster, namespace, kind, name }],
        confirmWith: { [kindKey]: [spelling(kind)] },
        around: { clusters: [cluster] },
        deletedWithSubject: true,
      };
    },
    read,
    readScope: (reading, selector, { cluster = '', namespace = '' }) =>
      read(reading, { ...selector, clusters: [cluster], namespaces: [namespace] }),
    *recut(selector) {
      const chosen = listAt(selector, kindKey);
      for (const kind of chosen.length > 0 ? chosen : kinds.map(spelling)) yield { ...selector, [kindKey]: [kind] };
    },
  };
}

function questionOf<S extends Selector>(
  { what, path, kindKey, kindField, spelling = (kind) => kind }: WorkloadSearch<S>,
  selector: S,
  cluster: string | undefined,
  status: string | undefined,
): Question {
  const namespaces = listAt(selector, 'namespaces');
  const chosen = listAt(selector, kindKey);
  const place = { cluster, namespace: namespaces };
  return {
    what: nameOf(what, { ...place, kind: chosen, status }),
    method: 'POST',
    path,
    // Komodor refuses `kind: []`.
    body: limited({ scope: limited({ cluster, namespaces }), [kindField]: chosen, status }),
    rows: under(...rowsOf(what)),
    inScope(item) {
      const kind = textOf(item, 'kind');
      const isChosen = kind === undefined || chosen.length === 0 || chosen.includes(spelling(kind));
      return isChosen && isWithin(place, item);
    },
  };
}

function rowsOf(what: string): readonly string[] {
  return ['data', what];
}

function listAt(selector: Selector, key: string): readonly string[] {
  const value = selector[key];
  return isLimited(value) ? value : [];
}

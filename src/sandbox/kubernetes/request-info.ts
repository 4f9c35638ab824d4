import type { SandboxRequest } from '../http.ts';
import { selectedName } from './field-selector.ts';
import { asksToWatch } from './list-options.ts';
import type { Attributes } from './rights.ts';

/** What a path and a method mean: something with resources. */
export interface RequestInfo extends Attributes {
  readonly version: string;
  /** Whether the path names one object. */
  readonly isOne: boolean;
}

const VERBS: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch' };

/** Reads the path as the API server does; undefined when it leads to no resource. */
export function requestInfo({ method, segments, query }: SandboxRequest): RequestInfo | undefined {
  const [root, ...rest] = segments;
  if (root !== 'api' && root !== 'apis') return undefined;
  const [group = '', version, ...parts] = root === 'api' ? ['', ...rest] : rest;
  if (version === undefined || parts.length === 0) return undefined;
  const { namespace, resource = '', name = '', subresource = '' } = placeOf(parts);
  const isOne = name !== '';
  const wanted = selectedName(query.get('fieldSelector'));
  return {
    verb: verbOf(method, isOne, query),
    group,
    version,
    resource,
    subresource,
    namespace,
    name: isOne ? name : method === 'GET' ? (wanted ?? '') : '',
    isOne,
  };
}

interface Place {
  readonly namespace: string;
  readonly resource?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

function placeOf(parts: readonly string[]): Place {
  const [first, second = '', third, ...rest] = parts;
  if (first !== 'namespaces') return { namespace: '', resource: first, name: second, subresource: third };
  // A namespace lies in itself, as far as rights are concerned.
  if (third === undefined || third === 'status' || third === 'finalize') {
    return { namespace: second, resource: first, name: second, subresource: third };
  }
  return { namespace: second, resource: third, name: rest[0], subresource: rest[1] };
}

function verbOf(method: string, isOne: boolean, query: URLSearchParams): string {
  if (method === 'GET') return isOne ? 'get' : asksToWatch(query) ? 'watch' : 'list';
  if (method === 'DELETE') return isOne ? 'delete' : 'deletecollection';
  return VERBS[method] ?? '';
}

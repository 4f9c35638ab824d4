import type { SandboxResponse } from '../http.ts';
import { continueToken, readContinueToken } from './continue-token.ts';
import { asShown } from './events.ts';
import type { ListOptions } from './list-options.ts';
import { type Definition, groupVersionOf, type KubernetesObject } from './model.ts';
import { badRequest, expired, Refusal } from './refusals.ts';
import type { Row } from './shelf.ts';
import { type KubernetesStore, objectKey } from './store.ts';

export interface ListRequest {
  readonly definition: Definition;
  /** `''` for all. */
  readonly namespace: string;
  readonly options: ListOptions;
  /** Shortens the page and says nothing of what is left out, as a proxy that breaks answers does. */
  readonly shortPage?: number;
}

interface Page {
  readonly rows: readonly Row[];
  readonly version: number;
  readonly next: string;
  readonly remaining: number | undefined;
}

const TOO_OLD =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
  'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
  'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or ' +
  'deleted between the time the first chunk was returned and now may show up in the list.';

/** Answers a listing. Throws the server's refusal. */
export function list(store: KubernetesStore, request: ListRequest): SandboxResponse {
  const page = pageOf(store, request);
  const { definition, shortPage } = request;
  const rows = shortPage === undefined ? page.rows : page.rows.slice(0, shortPage);
  const items = rows.map(([, object]) => (definition.isCustom ? object : withoutKind(asShown(object, definition))));
  const next = shortPage === undefined ? page.next : '';
  const metadata = {
    resourceVersion: String(page.version),
    ...((next !== '' || definition.isCustom) && { continue: next }),
    ...(next !== '' && page.remaining !== undefined && { remainingItemCount: page.remaining }),
  };
  const body = { kind: `${definition.kind}List`, apiVersion: groupVersionOf(definition), metadata, items };
  return { status: 200, body, headers: { 'content-type': 'application/json' } };
}

function pageOf(store: KubernetesStore, { definition, namespace, options }: ListRequest): Page {
  const prefix = namespace === '' ? '/' : objectKey(namespace, '');
  const begin = beginning(store, prefix, options);
  const below = (key: string) => `/${key.slice(prefix.length)}`;
  const shelf = store.shelf(definition);
  const all = shelf.at(begin.version);
  if (all === undefined) {
    if (options.continueToken === '') throw expired('The resourceVersion for the provided list is too old.');
    // -1: go on from there with what is there now.
    throw expired(TOO_OLD, { continue: continueToken({ ...begin, version: -1, start: below(begin.start) }) });
  }
  const inside = all.slice(firstAt(all, begin.start)).filter(([key]) => key.startsWith(prefix));
  const found = options.hasSelector ? inside.filter(([, object]) => options.matches(object)) : inside;
  const limit = begin.isUnlimited || options.limit <= 0 ? Number.POSITIVE_INFINITY : options.limit;
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  const isLast = rows.length === found.length || last === undefined;
  return {
    rows,
    version: begin.version,
    next: isLast ? '' : continueToken({ version: begin.version, start: `${below(last[0])}\0`, page: begin.page + 1 }),
    remaining: options.hasSelector ? undefined : found.length - rows.length,
  };
}

interface Beginning {
  readonly version: number;
  /** The key from which on it reads. */
  readonly start: string;
  /** Whether `limit` is ignored: the list comes from a cache, which has no pages. */
  readonly isUnlimited: boolean;
  readonly page: number;
}

function beginning(store: KubernetesStore, prefix: string, options: ListOptions): Beginning {
  const { match, limit, resourceVersion } = options;
  if (options.continueToken !== '') {
    if (resourceVersion !== '' && resourceVersion !== '0') {
      throw badRequest('specifying resource version is not allowed when using continue');
    }
    const { version, start, page } = readContinueToken(options.continueToken);
    const isUnlimited = resourceVersion === '0';
    return { version: version < 0 ? store.version : version, start: prefix + start.slice(1), isUnlimited, page };
  }
  const asked = readVersion(resourceVersion, (problem) => badRequest(`invalid resource version: ${problem}`));
  if (asked > store.version) throw tooLarge(asked, store.version);
  const isExact = match === 'Exact' || (match === '' && limit > 0 && asked > 0);
  return { version: isExact ? asked : store.version, start: '', isUnlimited: resourceVersion === '0', page: 1 };
}

/** A version as a number; 0 for none. */
export function readVersion(text: string, refuse: (problem: string) => Refusal): number {
  if (text === '') return 0;
  if (!/^\d+$/.test(text)) {
    const quoted = JSON.stringify(text);
    throw refuse(`resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: invalid syntax`);
  }
  return Number(text);
}

function tooLarge(asked: number, current: number): Refusal {
  const message = `Timeout: Too large resource version: ${asked}, current: ${current}`;
  const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
  return new Refusal(504, 'Timeout', message, { causes, retryAfterSeconds: 1 });
}

/** Where a sorted list reaches a key. */
function firstAt(rows: readonly Row[], start: string): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.[0] ?? '') < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Items of the server's own lists do not say what they are; the list does. */
function withoutKind({ kind: _kind, apiVersion: _apiVersion, ...rest }: KubernetesObject): unknown {
  return rest;
}

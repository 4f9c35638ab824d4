import type { JsonObject } from '../../src/core/model.ts';
import { Answer, END, type Lie, type ListBody, type StreamLie } from './lying-proxy.ts';

const withMetadata = (body: { readonly metadata: JsonObject }, metadata: JsonObject) => ({
  ...body,
  metadata: { ...body.metadata, ...metadata },
});
const withItems = (body: ListBody, items: readonly unknown[]) => ({ ...body, items });
const onPage =
  (wanted: number, lie: Lie): Lie =>
  (body, asked) =>
    asked.page === wanted ? lie(body, asked) : body;
const status = (code: number, reason: string, message: string) =>
  new Answer(code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, metadata: {} });

/** The first page of the last list, for lies that give it again. */
function repeating(change: (first: ListBody, body: ListBody) => unknown): Lie {
  let first: ListBody | undefined;
  return (body, { page }) => {
    if (page === 1 || first === undefined) first = body;
    return page === 2 ? change(first, body) : body;
  };
}

/** Lies that a list tells of itself, and the reason with which the read is not complete. */
export const SEEN_LIES: readonly (readonly [what: string, reason: string, lie: () => Lie])[] = [
  [
    'a short page that says it is the last one',
    'totals_disagree',
    () =>
      onPage(2, (body) =>
        withMetadata(withItems(body, body.items.slice(0, 5)), { continue: '', remainingItemCount: undefined }),
      ),
  ],
  [
    'a page that is short in the middle',
    'totals_disagree',
    () => onPage(2, (body) => withItems(body, body.items.slice(0, 5))),
  ],
  ['the end, but objects remain', 'totals_disagree', () => onPage(1, (body) => withMetadata(body, { continue: '' }))],
  [
    'another count on the next page',
    'totals_disagree',
    () => onPage(2, (body) => withMetadata(body, { remainingItemCount: 1_000 })),
  ],
  [
    'a page of another version',
    'changed_while_reading',
    () => onPage(2, (body) => withMetadata(body, { resourceVersion: '1' })),
  ],
  [
    'a page without a version',
    'changed_while_reading',
    () => onPage(2, (body) => withMetadata(body, { resourceVersion: '' })),
  ],
  [
    'the first page again, with a new continue',
    'not_advancing',
    () => repeating((first, body) => withItems(body, first.items)),
  ],
  ['the first page again, with its continue', 'not_advancing', () => repeating((first) => first)],
  [
    'an empty page that goes on with what was before',
    'repeated_cursor',
    () => repeating((first, body) => ({ ...withItems(body, []), metadata: first.metadata })),
  ],
  [
    'one object twice',
    'not_advancing',
    () => onPage(2, (body) => withItems(body, [...body.items.slice(1), body.items[1]])),
  ],
  [
    'an object of another kind',
    'not_advancing',
    () => onPage(1, (body) => withItems(body, [{ ...body.items[0], kind: 'Intruder' }, ...body.items.slice(1)])),
  ],
  ['no list', 'malformed_page', () => onPage(2, ({ items: _items, ...rest }) => rest)],
  ['a text in place of the list', 'malformed_page', () => onPage(2, (body) => ({ ...body, items: 'oops' }))],
  ['a text in place of the page', 'malformed_page', () => onPage(2, () => 'oops')],
  ['no metadata', 'malformed_page', () => onPage(1, ({ metadata: _metadata, ...rest }) => rest)],
  ['a continue that is no text', 'malformed_page', () => onPage(1, (body) => withMetadata(body, { continue: 7 }))],
  ['a full page that says nothing', 'full_page_without_cursor', () => onPage(1, (body) => ({ ...body, metadata: {} }))],
  ['a gateway that fails', 'request_failed', () => onPage(2, () => new Answer(502, '<html>Bad Gateway</html>'))],
  ['a refusal in the middle', 'forbidden', () => onPage(2, () => status(403, 'Forbidden', 'deployments is forbidden'))],
  [
    'a resource that goes away',
    'kind_unknown',
    () => onPage(2, () => status(404, 'NotFound', 'the server could not find the requested resource')),
  ],
  [
    'a version that is forgotten each time',
    'changed_while_reading',
    () => onPage(2, () => status(410, 'Expired', 'The provided continue parameter is too old')),
  ],
];

/** Members that are no objects, or objects without a name. The read goes on; the engine deletes nothing on its strength. */
export const MALFORMED_MEMBERS: readonly unknown[] = [
  null,
  'oops',
  7,
  [],
  {},
  { metadata: null },
  { metadata: { name: '' } },
];

/** Lies that nobody can see in the answer itself. The closer look has to show what they hide. */
export const HIDDEN_LIES: readonly (readonly [what: string, lie: (namespace: string) => Lie])[] = [
  [
    'nothing at all',
    () => (body) => withMetadata(withItems(body, []), { continue: undefined, remainingItemCount: undefined }),
  ],
  [
    'half of the first page as all there is',
    () => (body) =>
      withMetadata(withItems(body, body.items.slice(0, PAGE_HALF)), { continue: '', remainingItemCount: undefined }),
  ],
  [
    'all but one namespace',
    (namespace) => (body) =>
      withMetadata(
        withItems(
          body,
          body.items.filter((item) => !isIn(item, namespace)),
        ),
        { remainingItemCount: undefined },
      ),
  ],
];

const PAGE_HALF = 10;

function isIn({ metadata }: JsonObject, namespace: string): boolean {
  return (
    typeof metadata === 'object' && metadata !== null && 'namespace' in metadata && metadata.namespace === namespace
  );
}

/** What can become of a stream, after which the pages have to be read. */
export const STREAM_LIES: readonly (readonly [what: string, lie: StreamLie])[] = [
  ['ends before the first object', () => END],
  ['ends in the middle', (event, at) => (at > 5 ? END : event)],
  ['ends before the last bookmark', (event) => (event.type === 'BOOKMARK' ? END : event)],
  [
    'has bookmarks of an older server',
    (event) => (event.type === 'BOOKMARK' ? { ...event, object: { metadata: {} } } : event),
  ],
  [
    'has an error in the middle',
    (event, at) => (at === 5 ? { type: 'ERROR', object: { kind: 'Status', code: 500, message: 'etcd' } } : event),
  ],
];

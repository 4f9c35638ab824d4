import { z } from 'zod';
import type { SandboxRequest, SandboxResponse } from '../../http.ts';
import {
  DEPLOY_STATUSES,
  ISSUE_REASONS,
  SERVICE_KINDS,
  SERVICE_STATUSES,
  serviceUid,
  subjectOf,
  type World,
  type WorldService,
} from '../../world/model.ts';
import { errorAnswer } from '../answers.ts';
import { type Cursor, pageOfToken, readCursor, writeCursor } from '../cursor.ts';
import { type AskFault, bendPage, type Page, pretendRows } from '../list-faults.ts';
import { pageSizeShape, readBody, scopeShape } from '../requests.ts';
import { RowMemo } from '../row-memo.ts';
import type { PagingStyle, StandIn } from '../stand-in.ts';

const MAX_SCANNED = 10_000;

const filterShape = z.object({
  scope: scopeShape.optional(),
  kind: z.array(z.enum(SERVICE_KINDS)).min(1).optional(),
  status: z.enum(SERVICE_STATUSES).optional(),
  latestDeployStatus: z.enum(DEPLOY_STATUSES).optional(),
  issueReasonCategory: z.array(z.enum(ISSUE_REASONS)).optional(),
});
const pagingShape = z.object({
  pageSize: pageSizeShape,
  token: z.string().nullish(),
  // Any value at all: outside the legacy style it is a field that nobody reads.
  page: z.unknown().optional(),
});
const bodyShape = filterShape.extend({ pagination: pagingShape.default({ pageSize: 100 }) });

type Filter = z.infer<typeof filterShape>;

/** Where in the listing a request stands: behind the row `after`; without one, where the page number says. */
interface Position {
  readonly page: number;
  readonly after?: string;
}

/** `POST services/search`: keyset paging over the services in a fixed order. */
class ServicesSearch {
  readonly #world: World;
  readonly #style: PagingStyle;
  readonly #sorted = new RowMemo<WorldService, readonly WorldService[]>();
  readonly #matching = new RowMemo<WorldService, readonly WorldService[]>();

  constructor(world: World, style: PagingStyle) {
    this.#world = world;
    this.#style = style;
  }

  answer(request: SandboxRequest, ask: AskFault): SandboxResponse {
    const { asked: body, refusal } = readBody(request, bodyShape);
    if (refusal !== undefined) return refusal;
    const { pagination, ...asked } = body;
    const token = pagination.token ?? '';
    if (token !== '' && asked.issueReasonCategory !== undefined) {
      return errorAnswer(400, 'bad request: token cannot be used with issueReasonCategory');
    }
    const { scope, ...unscoped } = asked;
    const filter: Filter = ask('ignore-scope') === undefined ? asked : unscoped;
    const legacy = this.#style === 'legacy' || ask('legacy') !== undefined;
    const position = legacy ? legacyPosition(pagination.page) : tokenPosition(token, JSON.stringify(asked));
    if (position === undefined) return errorAnswer(400, 'bad request: unknown token');
    const from = ask('ignore-cursor') === undefined ? position : { page: 1 };
    const { page, last } = this.#read(filter, from, pagination.pageSize, ask);
    const next: Cursor = { after: last ?? from.after ?? '', page: from.page + 1, filter: JSON.stringify(asked) };
    const meta = legacy
      ? { page: from.page - 1, pageSize: pagination.pageSize, ...(page.more && { nextPage: from.page }) }
      : { pageSize: pagination.pageSize, ...this.#token(page.more, next, token, ask) };
    return { status: 200, body: { data: { services: page.list }, ...(page.meta && { meta }) } };
  }

  #read(filter: Filter, from: Position, pageSize: number, ask: AskFault): { page: Page; last: string | undefined } {
    const { rows, total } = pretendRows(ask, this.#match(filter), (row) => subjectOf(serviceUid(row)));
    const begin = from.after === undefined ? (from.page - 1) * pageSize : firstAfter(rows, from.after);
    const start = from.page > 1 && ask('repeat-row') !== undefined ? Math.max(0, begin - 1) : begin;
    const window = rows.slice(start, start + pageSize);
    // The row that vanished was to be the first of the second page.
    const list = from.page === 2 && ask('shift') !== undefined ? window.slice(1) : window;
    // Client-side filters on Komodor's side come without a cursor: one page is all there is.
    const more = filter.issueReasonCategory === undefined && start + pageSize < rows.length;
    const end = window.at(-1);
    return {
      page: bendPage(ask, { list, more, total, meta: true }),
      last: end === undefined ? undefined : serviceUid(end),
    };
  }

  #match(filter: Filter): readonly WorldService[] {
    const { services } = this.#world;
    return this.#matching.get(services, JSON.stringify(filter), () => {
      const sorted = this.#sorted.get(services, '', () =>
        services
          .map((service) => ({ key: serviceUid(service), service }))
          .sort((one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0))
          .map(({ service }) => service),
      );
      const scanned = filter.issueReasonCategory === undefined ? sorted : sorted.slice(0, MAX_SCANNED);
      return scanned.filter((service) => matches(service, filter));
    });
  }

  #token(more: boolean, next: Cursor, token: string, ask: AskFault): { token?: string | null } {
    if (ask('repeat-cursor') !== undefined) return { token: token === '' ? writeCursor(next) : token };
    if (more) return { token: writeCursor(next) };
    return this.#style === 'token-absent' ? {} : { token: null };
  }
}

/** The page that a request asks for, as far as its token or page number tells. */
function pageOf(request: SandboxRequest, style: PagingStyle | undefined): number {
  const parsed = bodyShape.safeParse(request.body ?? {});
  if (!parsed.success) return 1;
  const { token, page } = parsed.data.pagination;
  return style === 'legacy' ? legacyPosition(page).page : pageOfToken(token);
}

/** Whether a search is limited to namespaces of one cluster. */
function isScoped(request: SandboxRequest): boolean {
  const scope = bodyShape.safeParse(request.body ?? {}).data?.scope;
  return scope?.cluster !== undefined && (scope.namespaces?.length ?? 0) > 0;
}

function matches(
  service: WorldService,
  { scope, kind, status, latestDeployStatus, issueReasonCategory }: Filter,
): boolean {
  const namespaces = scope?.namespaces ?? [];
  const reasons: readonly string[] = service.lastIssue?.reasons ?? [];
  return (
    (scope?.cluster === undefined || service.cluster === scope.cluster) &&
    (namespaces.length === 0 || namespaces.includes(service.namespace)) &&
    (kind === undefined || kind.includes(service.kind)) &&
    (status === undefined || service.status === status) &&
    (latestDeployStatus === undefined || service.lastDeploy?.status === latestDeployStatus) &&
    (issueReasonCategory === undefined || issueReasonCategory.some((reason) => reasons.includes(reason)))
  );
}

/** The place of the first row whose key is greater; the row with the key itself may be gone. */
function firstAfter(rows: readonly WorldService[], key: string): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = rows[middle];
    if (row !== undefined && serviceUid(row) <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}

function legacyPosition(page: unknown): Position {
  return { page: (typeof page === 'number' && Number.isInteger(page) && page >= 0 ? page : 0) + 1 };
}

function tokenPosition(token: string, filter: string): Position | undefined {
  return token === '' ? { page: 1 } : readCursor(token, filter);
}

export const standIn: StandIn = {
  kind: 'komodorService',
  listing: {
    method: 'POST',
    path: 'services/search',
    name: 'services',
    about: 'services search over an account or a whole cluster',
    scopedAbout: 'services search limited to a cluster and namespaces (the second read before a deletion)',
    isScoped,
    pageOf: (request, { pagingStyle }) => pageOf(request, pagingStyle),
    open({ world, pagingStyle = 'token-null' }) {
      const search = new ServicesSearch(world, pagingStyle);
      return (request, ask) => search.answer(request, ask);
    },
  },
  rows: ({ services }) => services.map((service) => ({ identity: serviceUid(service), value: service })),
};

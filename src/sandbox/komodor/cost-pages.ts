import { z } from 'zod';
import type { SandboxRequest, SandboxResponse } from '../http.ts';
import { errorAnswer } from './answers.ts';
import { pageOfToken } from './cursor.ts';
import type { AskFault } from './list-faults.ts';
import { tokenPage } from './pages.ts';
import { allows, wholeNumber } from './requests.ts';

/** What both cost endpoints can be limited to. */
const COLUMNS = ['clusterName', 'namespace', 'komodorServiceName', 'komodorServiceKind'] as const;

/** The parameters that both cost endpoints take. */
export const costShape = {
  pageSize: wholeNumber.refine((size) => size <= 1_000, 'must be at most 1000'),
  paginationToken: z.string().default(''),
  clusterScope: z.array(z.string()),
  filterBy: z.enum(COLUMNS).optional(),
  filterValueEquals: z.string().optional(),
  sortOrder: z.enum(['asc', 'desc']).optional(),
};

interface CostQuery {
  readonly pageSize: number;
  readonly paginationToken: string;
  readonly clusterScope: readonly string[];
  readonly filterBy?: (typeof COLUMNS)[number] | undefined;
  readonly filterValueEquals?: string | undefined;
  readonly sortBy?: string | undefined;
  readonly sortOrder?: 'asc' | 'desc' | undefined;
}

/** A row with what it can be found by. */
export interface CostRow {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly kind: string;
  readonly value: object;
}

/** One page, with the rest of its answer; cursors go and come in the query. */
export function costPage(
  ask: AskFault,
  rows: readonly CostRow[],
  { pageSize, paginationToken, ...query }: CostQuery,
  write: (list: unknown) => object,
): SandboxResponse {
  const wanted = sorted(ask('ignore-scope') === undefined ? rows.filter((row) => matches(row, query)) : rows, query);
  const listed = { rows: wanted, placeOf: (row: CostRow) => row, show: ({ value }: CostRow) => value, ask };
  // 0 means the usual size.
  const page = tokenPage(listed, paginationToken, JSON.stringify(query), pageSize === 0 ? 50 : pageSize);
  if (page === undefined) return errorAnswer(400, 'bad request: unknown paginationToken');
  const { list, next, meta } = page;
  const paging = { ...(next !== undefined && { paginationToken: next }), hasMorePages: next !== undefined };
  return { status: 200, body: { ...write(list), ...(meta && paging) } };
}

type Filter = Omit<CostQuery, 'pageSize' | 'paginationToken'>;

function matches({ cluster, namespace, name, kind }: CostRow, filter: Filter): boolean {
  const { clusterScope, filterBy, filterValueEquals } = filter;
  if (!allows(clusterScope, cluster)) return false;
  if (filterBy === undefined || filterValueEquals === undefined) return true;
  const columns = { clusterName: cluster, namespace, komodorServiceName: name, komodorServiceKind: kind };
  return columns[filterBy] === filterValueEquals;
}

function sorted(rows: readonly CostRow[], { sortBy, sortOrder }: Filter): readonly CostRow[] {
  if (sortBy === undefined) return rows;
  const keyed = rows.map((row) => ({ row, key: columnOf(row.value, sortBy) }));
  const sign = sortOrder === 'desc' ? -1 : 1;
  return keyed
    .sort((one, other) => (one.key < other.key ? -sign : one.key > other.key ? sign : 0))
    .map(({ row }) => row);
}

function columnOf(value: object, column: string): string | number {
  const found: unknown = Object.entries(value).find(([name]) => name === column)?.[1];
  return typeof found === 'number' || typeof found === 'string' ? found : '';
}

/** Whether a request asks for some of the rows only. */
export function isScopedCost({ query }: SandboxRequest): boolean {
  return query.has('filterBy') || query.has('clusterScope');
}

export function costPageOf({ query }: SandboxRequest): number {
  return pageOfToken(query.get('paginationToken'));
}

import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { SandboxRequest, SandboxResponse } from '../../http.ts';
import {
  CHECK_CATEGORIES,
  checkTypeOf,
  IMPACT_GROUP_IDS,
  IMPACT_GROUP_TYPES,
  LISTED_CHECK_TYPES,
} from '../../world/check-types.ts';
import { RISK_STATUSES, SEVERITIES, subjectOf, type World, type WorldRisk } from '../../world/model.ts';
import { invalidAnswer } from '../answers.ts';
import { type AskFault, bendPage, pretendRows } from '../list-faults.ts';
import { RowMemo } from '../row-memo.ts';
import { singleRisk } from '../single-risk.ts';
import type { Answer, Route, StandIn } from '../stand-in.ts';

const wholeNumber = z
  .string()
  .regex(/^\d+$/, 'must be a whole number')
  .transform((text) => Number(text));

const queryShape = z.object({
  pageSize: wholeNumber.refine((size) => size > 0, 'must be at least 1'),
  offset: wholeNumber,
  impactGroupType: z.array(z.enum(IMPACT_GROUP_TYPES)).min(1),
  checkCategory: z.array(z.enum(CHECK_CATEGORIES)),
  checkType: z.array(z.enum(LISTED_CHECK_TYPES)),
  status: z.array(z.enum(RISK_STATUSES)),
  severity: z.array(z.enum(SEVERITIES)),
  impactGroupId: z.array(z.enum(IMPACT_GROUP_IDS)),
  clusterName: z.array(z.string()),
  namespace: z.array(z.string()),
  shortResourceName: z.array(z.string()),
  shortResourceNameSearchTerm: z.string().optional(),
  komodorUid: z.array(z.string()),
  resourceType: z.array(z.string()),
  createdFromEpoch: wholeNumber.optional(),
  createdToEpoch: wholeNumber.optional(),
});

type Query = z.infer<typeof queryShape>;
type Filter = Omit<Query, 'pageSize' | 'offset'>;

/** Short enough to test with, long enough to be seen. */
const GATEWAY_TIMEOUT_MS = 50;

/** `GET health/risks`: offset paging over the risks, in the order of the world. */
class RisksList {
  readonly #world: World;
  readonly #matching = new RowMemo<WorldRisk, readonly WorldRisk[]>();

  constructor(world: World) {
    this.#world = world;
  }

  answer({ query: params }: SandboxRequest, ask: AskFault): SandboxResponse {
    const parsed = queryShape.safeParse(readParams(params));
    if (!parsed.success) return invalidAnswer(parsed.error);
    const { pageSize, offset: askedOffset, ...asked } = parsed.data;
    const filter =
      ask('ignore-scope') === undefined ? asked : { ...asked, komodorUid: [], clusterName: [], namespace: [] };
    const { rows, total } = pretendRows(ask, this.#match(filter), ({ komodorUid }) => subjectOf(komodorUid));
    const stuck = ask('repeat-cursor') !== undefined;
    const offset = ask('ignore-cursor') !== undefined ? 0 : stuck ? Math.min(askedOffset, pageSize) : askedOffset;
    // From the second page on the rows stand one place nearer (one was deleted) or further (one was added).
    const gone = offset > 0 && ask('shift') !== undefined ? 1 : 0;
    const added = offset > 0 && ask('repeat-row') !== undefined ? 1 : 0;
    const start = offset + gone - added;
    const page = bendPage(ask, {
      list: rows.slice(start, start + pageSize),
      more: stuck || start + pageSize < rows.length,
      total: total - gone,
      meta: true,
    });
    const meta = { hasMoreResults: page.more, totalResults: page.total };
    return { status: 200, body: { violations: page.list, ...(page.meta && meta) } };
  }

  #match(filter: Filter): readonly WorldRisk[] {
    const { risks } = this.#world;
    return this.#matching.get(risks, JSON.stringify(filter), () => risks.filter((risk) => matches(risk, filter)));
  }
}

/** The 1-based page that an offset stands for. */
function pageOf({ query }: SandboxRequest): number {
  return Math.floor(Number(query.get('offset') ?? 0) / Math.max(1, Number(query.get('pageSize') ?? 1))) + 1;
}

/** Whether a listing is limited to single resources, or to namespaces of named clusters. */
function isScoped({ query }: SandboxRequest): boolean {
  return query.has('komodorUid') || (query.has('clusterName') && query.has('namespace'));
}

/** Lists come as repeated keys; what is absent comes out as an empty list, or undefined for a single value. */
function readParams(params: URLSearchParams): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(queryShape.shape).map(([name, shape]) => [
      name,
      shape instanceof z.ZodArray ? params.getAll(name) : (params.get(name) ?? undefined),
    ]),
  );
}

function matches(risk: WorldRisk, filter: Filter): boolean {
  const check = checkTypeOf(risk.checkType);
  const { cluster, namespace, name } = subjectOf(risk.komodorUid);
  return (
    allows(filter.impactGroupType, check.group) &&
    allows(filter.checkCategory, check.category) &&
    allows(filter.checkType, risk.checkType) &&
    allows(filter.status, risk.status) &&
    allows(filter.severity, risk.severity) &&
    allows(filter.impactGroupId, check.impact) &&
    allows(filter.clusterName, cluster) &&
    allows(filter.namespace, namespace) &&
    allows(filter.shortResourceName, name) &&
    name.includes(filter.shortResourceNameSearchTerm ?? '') &&
    allows(filter.komodorUid, risk.komodorUid) &&
    (filter.resourceType.length === 0 || resourceTypes(risk).some((type) => filter.resourceType.includes(type))) &&
    risk.createdAt >= (filter.createdFromEpoch ?? 0) &&
    risk.createdAt <= (filter.createdToEpoch ?? Number.POSITIVE_INFINITY)
  );
}

function allows(wanted: readonly string[], value: string): boolean {
  return wanted.length === 0 || wanted.includes(value);
}

const containersShape = z.object({ containersData: z.array(z.object({ resourceType: z.string() })) });

function resourceTypes({ supportingData, checkType }: WorldRisk): string[] {
  const found = containersShape.safeParse(supportingData?.[checkType]);
  return found.success ? found.data.containersData.map(({ resourceType }) => resourceType) : [];
}

const single: Omit<Route, 'method'> = {
  path: 'health/risks/{id}',
  name: 'risk',
  open:
    ({ world }) =>
    (request) =>
      singleRisk(world, request.segments.at(-1) ?? '', request),
};

export const standIn: StandIn = {
  kind: 'komodorHealthMonitoring',
  listing: {
    method: 'GET',
    path: 'health/risks',
    name: 'risks',
    isScoped,
    pageOf,
    open({ world, riskQueryTimeout = false }): Answer {
      const list = new RisksList(world);
      return async (request, ask) => {
        if (riskQueryTimeout && !request.query.has('clusterName') && !request.query.has('komodorUid')) {
          await sleep(GATEWAY_TIMEOUT_MS);
          return { status: 504, text: 'upstream request timeout' };
        }
        return list.answer(request, ask);
      };
    },
  },
  others: [
    { method: 'GET', ...single },
    { method: 'PUT', ...single },
  ],
  // Static ones come only when they are asked for.
  rows: ({ risks }) =>
    risks
      .filter(({ checkType }) => checkTypeOf(checkType).group !== 'static')
      .map((risk) => ({ identity: risk.id, value: risk })),
};

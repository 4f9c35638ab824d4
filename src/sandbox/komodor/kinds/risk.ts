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
import type { AskFault } from '../list-faults.ts';
import { pageAt } from '../pages.ts';
import { allows, readQuery, wholeNumber } from '../requests.ts';
import { RowMemo } from '../row-memo.ts';
import { singleRisk } from '../single-risk.ts';
import type { ListAnswer, Route, StandIn } from '../stand-in.ts';

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

  answer(request: SandboxRequest, ask: AskFault): SandboxResponse {
    const { asked: query, refusal } = readQuery(request, queryShape);
    if (refusal !== undefined) return refusal;
    const { pageSize, offset, ...asked } = query;
    const filter =
      ask('ignore-scope') === undefined ? asked : { ...asked, komodorUid: [], clusterName: [], namespace: [] };
    const placeOf = ({ komodorUid }: WorldRisk) => subjectOf(komodorUid);
    const page = pageAt({ rows: this.#match(filter), placeOf, ask }, offset, pageSize);
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

const containersShape = z.object({ containersData: z.array(z.object({ resourceType: z.string() })) });

function resourceTypes({ supportingData, checkType }: WorldRisk): string[] {
  const found = containersShape.safeParse(supportingData?.[checkType]);
  return found.success ? found.data.containersData.map(({ resourceType }) => resourceType) : [];
}

const single: Omit<Route, 'method'> = {
  path: 'health/risks/{id}',
  name: 'risk',
  about: 'a single risk',
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
    about: 'list of health risks',
    scopedAbout: 'list of risks of single resources, or of namespaces of named clusters',
    isScoped,
    pageOf,
    open({ world, riskQueryTimeout = false }): ListAnswer {
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

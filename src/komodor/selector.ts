import { z } from 'zod';
import type { JsonObject, Kind } from '../core/model.ts';
import { didYouMean } from '../core/nearest.ts';

export const WORKLOAD_KINDS = ['Deployment', 'DaemonSet', 'StatefulSet', 'Rollout'] as const;
export const SEVERITIES = ['high', 'medium', 'low'] as const;
const SERVICE_STATUSES = ['healthy', 'unhealthy', 'unknown'] as const;
const RISK_STATUSES = ['open', 'confirmed', 'resolved', 'dismissed', 'ignored', 'manually_resolved'] as const;
const CHECK_CATEGORIES = ['workload', 'infrastructure'] as const;
export const IMPACT_GROUP_TYPES = ['static', 'dynamic', 'realtime'] as const;

const ServiceSelector = z.object({
  clusters: names(),
  namespaces: names(),
  kinds: oneOf(WORKLOAD_KINDS),
  status: oneOf(SERVICE_STATUSES),
});
export type ServiceSelector = z.infer<typeof ServiceSelector>;

const RiskSelector = z.object({
  clusters: names(),
  namespaces: names(),
  /** Open: Komodor adds check types as it likes. */
  checkTypes: names(),
  severity: oneOf(SEVERITIES),
  status: oneOf(RISK_STATUSES),
  checkCategory: oneOf(CHECK_CATEGORIES).transform((set) => (set.length > 0 ? set : ['workload', 'infrastructure'])),
  // Komodor requires it; `static` are best-practice checks by the thousand, so they come only when asked for.
  impactGroupType: oneOf(IMPACT_GROUP_TYPES).transform((set) => (set.length > 0 ? set : ['dynamic', 'realtime'])),
});
export type RiskSelector = z.infer<typeof RiskSelector>;

/**
 * What is wrong with a selector: one message per problem, each beginning with its path. A key that we do not know is one:
 * left out, it would read the whole account.
 */
export function checkSelector(kind: Kind, selector: JsonObject): readonly string[] {
  const schema = kind === 'komodorService' ? ServiceSelector : RiskSelector;
  const known = ['query', ...Object.keys(schema.shape)];
  const unknown = Object.keys(selector).filter((key) => !known.includes(key));
  const result = schema.safeParse(selector);
  return [
    ...unknown.map((key) => `${key}: is no selector of ${kind}${hint(key, known)}`),
    ...(result.success ? [] : result.error.issues.map(describe)),
  ];
}

function hint(key: string, known: readonly string[]): string {
  return didYouMean(key, known) || `; there are ${known.join(', ')}`;
}

/** The selector with its defaults; an empty list means "not limited". Throws ZodError for what checkSelector reports. */
export function parseServiceSelector(selector: JsonObject): ServiceSelector {
  return ServiceSelector.parse(selector);
}

/** Same as parseServiceSelector, for risks. */
export function parseRiskSelector(selector: JsonObject): RiskSelector {
  return RiskSelector.parse(selector);
}

/** The selector with its defaults and its lists in order: equal for all selectors that ask for the same. */
export function normalSelector(kind: Kind, selector: JsonObject): JsonObject {
  const parsed = kind === 'komodorService' ? parseServiceSelector(selector) : parseRiskSelector(selector);
  return Object.fromEntries(Object.entries(parsed).map(([key, values]) => [key, [...new Set(values)].sort()]));
}

function names() {
  return listOf(z.string({ error: 'must be a string or a list of strings' }).min(1, { error: 'must not be empty' }));
}

function oneOf<const T extends readonly [string, ...string[]]>(values: T) {
  const error = `must be one of ${values.join(', ')}, or a list of them`;
  return listOf(z.enum(values, { error }));
}

/** One value or a list of them; nothing is the empty list. */
function listOf<T extends z.ZodType>(item: T) {
  return z.preprocess(
    (value) => (Array.isArray(value) ? value : (value ?? null) === null ? [] : [value]),
    z.array(item),
  );
}

function describe(issue: z.core.$ZodIssue): string {
  return `${issue.path.map(String).join('.').replace(/\.0$/, '')}: ${issue.message}`;
}

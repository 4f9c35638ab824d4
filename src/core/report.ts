import type { Code } from './errors.ts';
import type { Kind, SetupDocument } from './model.ts';
import type { RunTimes } from './run-times.ts';
import type { PerSide } from './sides.ts';

/** The run report: CONTRACT §4, field by field. */
export type RunStatus = 'completed' | 'degraded' | 'blocked' | 'failed' | 'aborted';
/** `watch`: a watch has missed changes, or a folder has changed. */
export const RUN_TRIGGERS = ['cli', 'schedule', 'http', 'port', 'webhook', 'start', 'watch'] as const;
export type RunTrigger = (typeof RUN_TRIGGERS)[number];
export type RunMode = 'resync' | 'plan';

/** Which outside change asked for a run. */
export interface RunCause {
  readonly source: 'flux';
  /** `<kind>/<namespace>/<name>` */
  readonly object: string;
  /** As the source names it: `main@sha1:…`, or the version of a chart. Empty: it named none. */
  readonly revision: string;
  readonly reason: string;
}

export interface Problem {
  readonly code: Code;
  readonly severity: 'error' | 'warning';
  readonly kind?: Kind;
  readonly message: string;
  /** The expression of the mapping that it comes from, and its path there. */
  readonly path?: string;
  readonly expression?: string;
  readonly count: number;
  /** A few names of items or entities. */
  readonly samples: readonly string[];
}

export interface KindReport {
  readonly kind: Kind;
  readonly status: RunStatus;
  readonly complete: boolean;
  readonly pages: number;
  readonly extracted: number;
  readonly selected: number;
  readonly filtered: number;
  readonly duplicates: number;
  readonly rejected: number;
}

export type BlockReason =
  | 'threshold'
  | 'emptied'
  | 'unmapped'
  | 'incomplete'
  | 'contradicted'
  | 'unconfirmed'
  | 'rejected'
  | 'disabled'
  | 'not_selected'
  | 'aborted';

export interface DeletionBlocked {
  readonly reason: BlockReason;
  readonly count: number;
  readonly digest: string;
  readonly sample: readonly string[];
  /** How many entities of ours the blueprint had in Port, as far as they were listed. Missing in reports of older versions. */
  readonly total?: number;
  /** `entityDeletionThreshold` of the mapping of this run; null: nothing may go without approval. Missing as above. */
  readonly threshold?: number | null;
}

export interface BlueprintReport {
  readonly blueprint: string;
  readonly status: RunStatus;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly failed: number;
  readonly deleted: number;
  readonly stale: number;
  readonly deletionBlocked: DeletionBlocked | null;
}

export interface FromTo {
  readonly from: unknown;
  readonly to: unknown;
}

/** Why an entity of ours is stale. */
export type DeletionReason = 'gone' | 'expired' | 'filtered' | 'moved' | 'renamed' | 'unmapped';

export interface Change {
  readonly action: 'create' | 'update' | 'delete';
  readonly blueprint: string;
  readonly identifier: string;
  readonly title: string | FromTo | null;
  readonly icon?: FromTo;
  readonly team?: FromTo;
  readonly properties?: { readonly [id: string]: FromTo };
  readonly relations?: { readonly [id: string]: FromTo };
  readonly reason?: DeletionReason;
  /** The reason as a sentence. */
  readonly detail?: string;
  readonly blocked?: boolean;
}

/** A document that a resync would write to Port before any entity. */
export interface SetupChange {
  readonly what: SetupDocument['what'];
  readonly identifier: string;
  /** A YAML diff: removed (`-`) and added (`+`) lines, with a few around them. */
  readonly diff: string;
}

/** Which mapping a plan used, and what names the plan for whoever wants to write that mapping to Port. */
export interface PlannedMapping {
  readonly origin: string;
  /** Names the mapping. */
  readonly digest: string;
  /** Names the mapping that Port held; null: none. */
  readonly replaces: string | null;
  /** Names the mapping together with everything that the plan would change. */
  readonly plan: string;
}

export interface RunReport extends Partial<RunTimes> {
  readonly runId: string;
  readonly mode: RunMode;
  readonly trigger: RunTrigger;
  readonly status: RunStatus;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly durationMs: number;
  readonly kinds: readonly KindReport[];
  readonly blueprints: readonly BlueprintReport[];
  readonly problems: readonly Problem[];
  readonly requests: PerSide<number> & {
    readonly retries: number;
    readonly rateLimitWaitMs: number;
  };
  readonly changes?: readonly Change[];
  /** In a plan: the documents that a resync would write first. */
  readonly setup?: readonly SetupChange[];
  /** Which outside changes asked for the run. */
  readonly causes?: readonly RunCause[];
  /** In a plan with a mapping that was given with the request. */
  readonly mapping?: PlannedMapping;
}

/** A short report for the log: the counts of all blueprints together, without the lists. */
export function summarize({ changes, setup, kinds, blueprints, problems, ...rest }: RunReport) {
  const total = (field: 'created' | 'updated' | 'unchanged' | 'failed' | 'deleted') =>
    blueprints.reduce((sum, blueprint) => sum + blueprint[field], 0);
  return {
    ...rest,
    created: total('created'),
    updated: total('updated'),
    unchanged: total('unchanged'),
    failed: total('failed'),
    deleted: total('deleted'),
    problems: problems.length,
  };
}

/**
 * Redacts our secrets in messages and samples, because these quote the APIs. The values in a plan stay: they are exactly
 * what would be written.
 */
export function withoutSecrets(report: RunReport, redact: (text: string) => string): RunReport {
  const blueprints = report.blueprints.map((blueprint) => {
    const blocked = blueprint.deletionBlocked;
    if (blocked === null) return blueprint;
    return { ...blueprint, deletionBlocked: { ...blocked, sample: blocked.sample.map(redact) } };
  });
  const problems = report.problems.map((problem) => problemWithoutSecrets(problem, redact));
  const changes = report.changes?.map((change) =>
    change.detail === undefined ? change : { ...change, detail: redact(change.detail) },
  );
  return { ...report, blueprints, problems, ...(changes ? { changes } : {}) };
}

/** The same for one problem. */
export function problemWithoutSecrets(problem: Problem, redact: (text: string) => string): Problem {
  const { message, expression, samples } = problem;
  const masked = expression === undefined ? {} : { expression: redact(expression) };
  return { ...problem, message: redact(message), ...masked, samples: samples.map(redact) };
}

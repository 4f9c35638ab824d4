import type { RunReport } from '../../api/documents.ts';

/** What a plan would do, in numbers. */
export interface PlanEffect {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
  /** Deletions that would wait for a person. */
  readonly heldBack: number;
  readonly unchanged: number;
  readonly errors: number;
  /** The first error, in the service's words. */
  readonly firstError: string | undefined;
  /** Why the mapping cannot be written after it; undefined: it can. */
  readonly unfit: string | undefined;
}

export function effectOf({ status, changes = [], blueprints, problems }: RunReport): PlanEffect {
  const count = (action: string, blocked: boolean) =>
    changes.filter((change) => change.action === action && (change.blocked === true) === blocked).length;
  const errors = problems.filter(({ severity }) => severity === 'error');
  return {
    create: count('create', false),
    update: count('update', false),
    delete: count('delete', false),
    heldBack: blueprints.reduce((sum, { deletionBlocked }) => sum + (deletionBlocked?.count ?? 0), 0),
    unchanged: blueprints.reduce((sum, { unchanged }) => sum + unchanged, 0),
    errors: errors.length,
    firstError: errors[0]?.message,
    unfit: status === 'failed' ? 'The plan failed.' : status === 'aborted' ? 'The plan was stopped.' : undefined,
  };
}

import type { ApiProblem } from '../../api/problem.ts';

/** What a refusal means here, and what to do. */
export interface Refusal {
  readonly what: string;
  readonly next: string;
  /** Whether a new plan helps. */
  readonly replan: boolean;
}

const REFUSALS: Readonly<Record<string, Omit<Refusal, 'replan'> & { readonly replan?: boolean }>> = {
  plan_unfit: {
    what: 'That plan is not one of this mapping',
    next: 'The text was changed after the plan, or the plan failed. Plan this mapping, look at what it would do, and write it then.',
    replan: true,
  },
  mapping_changed: {
    what: 'Somebody has changed the mapping in Port since this plan',
    next: 'Look at the difference to the mapping that is in use now, take over what you want to keep, and plan again.',
    replan: true,
  },
  mapping_in_files: {
    what: 'The mapping comes from files here (MAPPING_SOURCE=file)',
    next: 'Each resync would write the files over it. Download the mapping, change the files with it, and let them be rolled out.',
  },
  run_not_found: {
    what: 'The plan is not kept any more',
    next: 'Only the newest runs are kept. Plan this mapping again.',
    replan: true,
  },
  invalid_request: {
    what: 'The mapping cannot be read as a whole',
    next: 'Mend the errors that are marked in the text, and plan again.',
    replan: true,
  },
  queue_unavailable: {
    what: 'No plan can be taken now',
    next: 'Some are waiting already, or Redis is away. Try again in a moment.',
  },
  too_many_requests: { what: 'The service is asked too much', next: 'Try again in a moment.' },
  took_too_long: { what: 'It took too long', next: 'Port or jq was slow. Try again.' },
  port_unavailable: { what: 'Port cannot be asked now', next: 'Nothing was written. Try again when Port answers.' },
  token_not_configured: {
    what: 'API_TOKEN is not set on the service',
    next: 'Changes are allowed on its own machine only. Set API_TOKEN, and enter it here.',
  },
  unauthorized: { what: 'The token is missing or wrong', next: 'Enter the API_TOKEN of the service, and try again.' },
  unreachable: {
    what: 'The service does not answer',
    next: 'Nothing is known to have been written. Look at the mapping in use before you try again.',
  },
};

/** What to tell about a refused or failed request. */
export function refusalOf({ code, message }: Pick<ApiProblem, 'code' | 'message'>): Refusal {
  const known = REFUSALS[code];
  return known === undefined ? { what: message, next: 'Try again.', replan: false } : { replan: false, ...known };
}

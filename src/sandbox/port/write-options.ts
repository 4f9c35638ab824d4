import type { SandboxRequest } from '../http.ts';
import type { RouteContext } from './router.ts';
import { isOn } from './router.ts';

/** How an entity is to be written: the query of the request, and what the stand-in was told to be strict about. */
export interface WriteOptions {
  readonly upsert: boolean;
  readonly merge: boolean;
  readonly validationOnly: boolean;
  readonly createMissing: boolean;
  readonly strict: boolean;
  readonly runId: string | null;
}

/** The resync that a request belongs to, for the audit log. */
export function runIdOf({ query }: SandboxRequest): string | null {
  return query.get('ocean_info_resync_id');
}

/** How the query of a request says that entities are to be written. */
export function writeOptions(request: SandboxRequest, { strict }: RouteContext): WriteOptions {
  return {
    upsert: isOn(request, 'upsert'),
    merge: isOn(request, 'merge'),
    validationOnly: isOn(request, 'validation_only'),
    createMissing: isOn(request, 'create_missing_related_entities'),
    strict: strict.undeclared,
    runId: runIdOf(request),
  };
}

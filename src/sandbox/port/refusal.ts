import type { SandboxResponse } from '../http.ts';
import type { JsonObject } from './model.ts';

/** Why a request, or one item of a bulk, is refused. Thrown by the rules, answered by the router. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: JsonObject | undefined;

  constructor(status: number, code: string, message: string, details?: JsonObject) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** The answer that a refusal becomes. */
export function refusalResponse({ status, code, message, details }: Refusal): SandboxResponse {
  return { status, body: { ok: false, error: code, message, ...(details && { details }) } };
}

export function invalidRequest(message: string): Refusal {
  return new Refusal(422, 'invalid_request', message);
}

export function schemaMismatch(message: string): Refusal {
  return new Refusal(422, 'blueprint_schema_mismatch', message);
}

export function blueprintNotFound(identifier: string): Refusal {
  return new Refusal(404, 'not_found', `Blueprint with identifier "${identifier}" was not found`);
}

export function entityNotFound(blueprint: string, identifier: string): Refusal {
  const message = `Entity with identifier "${identifier}" does not exist in the blueprint "${blueprint}"`;
  return new Refusal(404, 'not_found', message);
}

export function identifierTaken(what: string, identifier: string): Refusal {
  return new Refusal(409, 'identifier_taken', `${what} with identifier "${identifier}" is already taken`);
}

export function hasDependents(): Refusal {
  return new Refusal(
    403,
    'has_dependents',
    'The entity has dependent entities that must be deleted along with it. To do that, use "delete_dependents=true"',
  );
}

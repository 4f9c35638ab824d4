import type { SandboxResponse } from '../http.ts';
import { qualifiedName } from './model.ts';

export interface Cause {
  readonly reason?: string;
  readonly message: string;
  readonly field?: string;
}

export interface Details {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly causes?: readonly Cause[];
  readonly retryAfterSeconds?: number;
}

/** An answer that says no, as the API server words it. */
export class Refusal extends Error {
  readonly code: number;
  readonly reason: string | undefined;
  readonly details: Details | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;

  constructor(
    code: number,
    reason: string | undefined,
    message: string,
    details?: Details,
    metadata: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
    this.metadata = metadata;
  }

  /** The object of kind Status. */
  status(): unknown {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: this.metadata,
      status: 'Failure',
      message: this.message,
      ...(this.reason !== undefined && { reason: this.reason }),
      ...(this.details !== undefined && { details: this.details }),
      code: this.code,
    };
  }

  response(): SandboxResponse {
    const seconds = this.details?.retryAfterSeconds;
    return {
      status: this.code,
      body: this.status(),
      headers: {
        'content-type': 'application/json',
        ...(seconds !== undefined && { 'retry-after': String(seconds) }),
        ...(this.code === 403 && { 'x-content-type-options': 'nosniff' }),
      },
    };
  }
}

export function badRequest(message: string): Refusal {
  return new Refusal(400, 'BadRequest', message);
}

/** No such resource in a group and version that the server has. */
export function noSuchResource(): Refusal {
  return new Refusal(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function noSuchObject(group: string, resource: string, name: string): Refusal {
  const details = { name, ...(group !== '' && { group }), kind: resource };
  return new Refusal(404, 'NotFound', `${qualifiedName(group, resource)} "${name}" not found`, details);
}

export function methodNotAllowed(): Refusal {
  return new Refusal(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}

/** What lies at no path that the server knows is answered in plain text. */
export const NO_SUCH_PATH: SandboxResponse = {
  status: 404,
  text: '404 page not found\n',
  headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
};

export interface Invalid {
  readonly field: string;
  readonly reason: 'FieldValueForbidden' | 'FieldValueNotSupported' | 'FieldValueRequired' | 'FieldValueInvalid';
  readonly message: string;
}

/** 422: some fields of an object, or of the options of a request, are wrong. */
export function invalid(group: string, kind: string, name: string, problems: readonly Invalid[]): Refusal {
  const all = problems.map(({ field, message }) => `${field}: ${message}`);
  const text = all.length === 1 ? all[0] : `[${all.join(', ')}]`;
  return new Refusal(422, 'Invalid', `${qualifiedName(group, kind)} "${name}" is invalid: ${text}`, {
    ...(name !== '' && { name }),
    ...(group !== '' && { group }),
    ...(kind !== '' && { kind }),
    causes: problems.map(({ reason, message, field }) => ({ reason, message, field })),
  });
}

export function expired(message: string, metadata: Readonly<Record<string, unknown>> = {}): Refusal {
  return new Refusal(410, 'Expired', message, undefined, metadata);
}

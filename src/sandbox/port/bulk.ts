import { z } from 'zod';
import type { Faults } from '../faults.ts';
import type { SandboxRequest, SandboxResponse } from '../http.ts';
import { requireBlueprint } from './blueprint-routes.ts';
import type { EntityInput } from './entity-input.ts';
import { readEntityInput } from './entity-input.ts';
import type { JsonObject } from './model.ts';
import { Refusal } from './refusal.ts';
import { readBody } from './route-schema.ts';
import type { RouteContext } from './router.ts';
import { writeEntity } from './upsert.ts';
import { writeOptions } from './write-options.ts';

const bulkBody = z.strictObject({ entities: z.array(z.unknown()).min(1).max(20) });

/**
 * POST …/entities/bulk: each item lands or fails by itself. 200 when all landed, 207 otherwise. A body that does not fit
 * the route's schema is refused as a whole.
 */
export function upsertBulk(request: SandboxRequest, context: RouteContext): SandboxResponse {
  const { store, faults, param, actor } = context;
  const blueprint = requireBlueprint(store, param('blueprint'));
  const { entities } = readBody(bulkBody, request.body);
  const inputs = entities.map((entity, index) => readEntityInput(entity, `entities.${index}`));
  refuseBlueprint(faults, blueprint.identifier);
  const refusedByFault = itemRefusal(faults, 'bulk');
  const omitted = placesOf(faults.named('bulk', 'omit-item')?.[0]);
  const options = writeOptions(request, context);
  const landed: JsonObject[] = [];
  const errors: JsonObject[] = [];
  for (const [index, input] of inputs.entries()) {
    try {
      const refusal = refusedByFault(index);
      if (refusal !== undefined) throw refusal;
      const { entity, created } = writeEntity(store, blueprint, input, options, actor);
      if (!omitted.includes(index)) landed.push({ created, identifier: entity.identifier, index, additionalData: {} });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      errors.push(errorOf(error, input, index));
    }
  }
  const status = errors.length === 0 ? 200 : 207;
  return { status, body: { ok: true, entities: landed, errors } };
}

function errorOf(refusal: Refusal, input: EntityInput, index: number): JsonObject {
  return {
    // What was searched for has no identifier, and the API says so with this word.
    identifier: typeof input.identifier === 'string' ? input.identifier : 'unknown',
    index,
    statusCode: refusal.status,
    error: refusal.code,
    message: refusal.message,
  };
}

/** `bulk -> refuse-blueprint B STATUS [code]`: the whole request is refused, but only for this blueprint. */
function refuseBlueprint(faults: Faults, blueprint: string): void {
  const [wanted, ...rest] = faults.named('bulk', 'refuse-blueprint') ?? [];
  if (wanted === blueprint) throw faultRefusal(rest);
}

/** `refuse-item I[,I…] STATUS [code]` and `refuse-all STATUS [code]`, for `bulk` and `delete`: items fail inside a 207. */
export function itemRefusal(faults: Faults, route: 'bulk' | 'delete'): (index: number) => Refusal | undefined {
  const all = faults.named(route, 'refuse-all');
  if (all !== undefined) return () => faultRefusal(all);
  const [items, ...rest] = faults.named(route, 'refuse-item') ?? [];
  const places = placesOf(items);
  return (index) => (places.includes(index) ? faultRefusal(rest) : undefined);
}

/** `0,3,7` */
export function placesOf(text: string | undefined): readonly number[] {
  return text === undefined ? [] : text.split(',').map(Number);
}

const CODES: { readonly [status: string]: string } = {
  '403': 'missing_permissions',
  '404': 'not_found',
  '409': 'identifier_taken',
  '422': 'blueprint_schema_mismatch',
};

function faultRefusal([status = '422', code]: readonly string[]): Refusal {
  return new Refusal(Number(status), code ?? CODES[status] ?? 'internal_error', 'Refused by a fault of the sandbox');
}

import { z } from 'zod';
import type { SandboxRequest, SandboxResponse } from '../http.ts';
import { requireBlueprint } from './blueprint-routes.ts';
import { itemRefusal, placesOf, upsertBulk } from './bulk.ts';
import { checkIdentifier, readEntityInput, readEntityPatch } from './entity-input.ts';
import type { Entity } from './model.ts';
import { presenter, presentWhole } from './projection.ts';
import { entityNotFound, hasDependents } from './refusal.ts';
import { removeEntities } from './removal.ts';
import { renameEntity } from './repoint.ts';
import { readBody } from './route-schema.ts';
import type { Route, RouteContext } from './router.ts';
import { isOn, ok } from './router.ts';
import { choiceOf } from './search-routes.ts';
import { writeEntity } from './upsert.ts';
import { runIdOf, writeOptions } from './write-options.ts';

const deleteBody = z.strictObject({ entities: z.array(z.string()).min(1).max(100) });

function requireEntity({ store, param }: RouteContext): Entity {
  const blueprint = requireBlueprint(store, param('blueprint'));
  const entity = store.entity(blueprint.identifier, param('entity'));
  if (entity === undefined) throw entityNotFound(blueprint.identifier, param('entity'));
  return entity;
}

function shown({ store }: RouteContext, entity: Entity, status = 200): SandboxResponse {
  return ok({ entity: presentWhole(store, entity) }, status);
}

function upsertOne(request: SandboxRequest, context: RouteContext): SandboxResponse {
  const blueprint = requireBlueprint(context.store, context.param('blueprint'));
  const input = readEntityInput(request.body, '');
  const written = writeEntity(context.store, blueprint, input, writeOptions(request, context), context.actor);
  return shown(context, written.entity, written.created ? 201 : 200);
}

/** PUT replaces an entity, PATCH merges into it and may rename it. */
function changeOne(request: SandboxRequest, context: RouteContext, merge: boolean): SandboxResponse {
  const { store, actor } = context;
  const current = requireEntity(context);
  const blueprint = requireBlueprint(store, current.blueprint);
  const input = merge ? readEntityPatch(request.body) : readEntityInput(request.body, '');
  const { identifier } = current;
  const options = { ...writeOptions(request, context), upsert: true, merge };
  const { entity } = writeEntity(store, blueprint, { ...input, identifier }, options, actor);
  if (!merge || input.identifier === undefined || input.identifier === identifier) return shown(context, entity);
  checkIdentifier(input.identifier, 'identifier');
  return shown(context, renameEntity(store, entity, input.identifier));
}

function remove(request: SandboxRequest, context: RouteContext, identifiers: readonly string[]): string[] {
  const { store, faults, strict, actor, param } = context;
  if (faults.named('delete', 'has-dependents') !== undefined) throw hasDependents();
  const deleteDependents = isOn(request, 'delete_dependents');
  const options = { deleteDependents, cascadeOptional: strict.cascadeOptional, runId: runIdOf(request) };
  return removeEntities(store, param('blueprint'), identifiers, options, actor);
}

/** The API deletes all or none; faults let single ones fail inside a 207, or be kept or deleted without a word. */
function removeBulk(request: SandboxRequest, context: RouteContext, entities: readonly string[]): SandboxResponse {
  const refusalOf = itemRefusal(context.faults, 'delete');
  const silent = (name: string) => placesOf(context.faults.named('delete', name)?.[0]);
  const [kept, omitted] = [silent('keep-item'), silent('omit-item')];
  const errors = entities.flatMap((identifier, index) => {
    const refusal = refusalOf(index);
    return refusal
      ? [{ identifier, index, statusCode: refusal.status, error: refusal.code, message: refusal.message }]
      : [];
  });
  const going = entities.filter((_, index) => refusalOf(index) === undefined && !kept.includes(index));
  const unlisted = new Set(entities.filter((_, index) => omitted.includes(index)));
  const deletedEntities = remove(request, context, going).filter((identifier) => !unlisted.has(identifier));
  return errors.length === 0 ? ok({ deletedEntities }) : ok({ deletedEntities, errors }, 207);
}

export const entityRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/blueprints/:blueprint/entities', name: 'upsert', handle: upsertOne },
  { method: 'POST', path: '/v1/blueprints/:blueprint/entities/bulk', name: 'bulk', handle: upsertBulk },
  {
    method: 'GET',
    path: '/v1/blueprints/:blueprint/entities',
    name: 'search',
    handle(request, { store, param }) {
      const { identifier } = requireBlueprint(store, param('blueprint'));
      const present = presenter(store, choiceOf(request), 'plain');
      return ok({ entities: store.entitiesOf(identifier).map(present) });
    },
  },
  {
    method: 'GET',
    path: '/v1/blueprints/:blueprint/entities-count',
    name: 'count',
    handle(_request, { store, param }) {
      return ok({ count: store.entities.count(requireBlueprint(store, param('blueprint')).identifier) });
    },
  },
  {
    method: 'GET',
    path: '/v1/blueprints/:blueprint/entities/:entity',
    name: 'search',
    handle: (_request, context) => shown(context, requireEntity(context)),
  },
  {
    method: 'PUT',
    path: '/v1/blueprints/:blueprint/entities/:entity',
    name: 'upsert',
    handle: (request, context) => changeOne(request, context, false),
  },
  {
    method: 'PATCH',
    path: '/v1/blueprints/:blueprint/entities/:entity',
    name: 'upsert',
    handle: (request, context) => changeOne(request, context, true),
  },
  {
    method: 'DELETE',
    path: '/v1/blueprints/:blueprint/entities/:entity',
    name: 'delete',
    handle(request, context) {
      remove(request, context, [requireEntity(context).identifier]);
      return ok({});
    },
  },
  {
    method: 'POST',
    path: '/v1/blueprints/:blueprint/bulk/entities/delete',
    name: 'delete',
    handle(request, context) {
      requireBlueprint(context.store, context.param('blueprint'));
      const { entities } = readBody(deleteBody, request.body);
      return removeBulk(request, context, entities);
    },
  },
];

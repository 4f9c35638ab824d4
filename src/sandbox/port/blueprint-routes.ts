import { readNewBlueprint, readPatch, readReplacement } from './blueprint-rules.ts';
import type { Blueprint } from './model.ts';
import { blueprintNotFound, hasDependents, identifierTaken, Refusal } from './refusal.ts';
import { removeEntities } from './removal.ts';
import type { Route } from './router.ts';
import { isOn, ok } from './router.ts';
import type { PortStore } from './store.ts';

/** The blueprint, or a 404. */
export function requireBlueprint(store: PortStore, identifier: string): Blueprint {
  const blueprint = store.blueprint(identifier);
  if (blueprint === undefined) throw blueprintNotFound(identifier);
  return blueprint;
}

function refuseSystem(identifier: string): void {
  if (!identifier.startsWith('_')) return;
  throw new Refusal(422, 'protected_resource', `The blueprint "${identifier}" is a system blueprint`);
}

function removeBlueprint(store: PortStore, identifier: string): void {
  refuseSystem(identifier);
  const pointedAt = store
    .blueprints()
    .some(
      (other) =>
        other.identifier !== identifier && Object.values(other.relations).some(({ target }) => target === identifier),
    );
  if (pointedAt || store.entities.count(identifier) > 0) throw hasDependents();
  store.removeBlueprint(identifier);
}

export const blueprintRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/blueprints',
    name: 'blueprints',
    handle: (_request, { store }) => ok({ blueprints: store.blueprints() }),
  },
  {
    method: 'POST',
    path: '/v1/blueprints',
    name: 'blueprints',
    handle(request, { store, actor }) {
      const draft = readNewBlueprint(request.body, store.blueprints());
      refuseSystem(draft.identifier);
      if (store.blueprint(draft.identifier) !== undefined) throw identifierTaken('Blueprint', draft.identifier);
      return ok({ blueprint: store.saveBlueprint(draft.identifier, draft, actor) }, 201);
    },
  },
  {
    method: 'GET',
    path: '/v1/blueprints/:blueprint',
    name: 'blueprints',
    handle: (_request, { store, param }) => ok({ blueprint: requireBlueprint(store, param('blueprint')) }),
  },
  {
    method: 'PUT',
    path: '/v1/blueprints/:blueprint',
    name: 'blueprints',
    handle(request, { store, actor, param }) {
      const current = requireBlueprint(store, param('blueprint'));
      const draft = readReplacement(request.body, current, store.blueprints());
      return ok({ blueprint: store.saveBlueprint(current.identifier, draft, actor) });
    },
  },
  {
    method: 'PATCH',
    path: '/v1/blueprints/:blueprint',
    name: 'blueprints',
    handle(request, { store, actor, param }) {
      const current = requireBlueprint(store, param('blueprint'));
      const draft = readPatch(request.body, current, store.blueprints());
      return ok({ blueprint: store.saveBlueprint(current.identifier, draft, actor) });
    },
  },
  {
    method: 'DELETE',
    path: '/v1/blueprints/:blueprint',
    name: 'blueprints',
    handle(_request, { store, param }) {
      removeBlueprint(store, requireBlueprint(store, param('blueprint')).identifier);
      return ok({});
    },
  },
  {
    method: 'DELETE',
    path: '/v1/blueprints/:blueprint/all-entities',
    name: 'delete',
    handle(request, { store, actor, strict, param }) {
      const { identifier } = requireBlueprint(store, param('blueprint'));
      const all = store.entitiesOf(identifier).map((entity) => entity.identifier);
      removeEntities(
        store,
        identifier,
        all,
        { deleteDependents: true, runId: null, cascadeOptional: strict.cascadeOptional },
        actor,
      );
      if (isOn(request, 'delete_blueprint')) removeBlueprint(store, identifier);
      return ok({ migrationId: `migration_${identifier}` });
    },
  },
  {
    // The stand-in migrates at once, so whoever asks finds it done.
    method: 'GET',
    path: '/v1/migrations/:migration',
    name: 'blueprints',
    handle: (_request, { param }) => ok({ migration: { id: param('migration'), status: 'COMPLETED' } }),
  },
];

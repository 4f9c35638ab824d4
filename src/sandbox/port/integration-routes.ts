import { z } from 'zod';
import type { SandboxRequest, SandboxResponse } from '../http.ts';
import type { Integration } from './integration-book.ts';
import { identifierTaken, Refusal } from './refusal.ts';
import { readBody } from './route-schema.ts';
import type { Route, RouteContext } from './router.ts';
import { ok } from './router.ts';

const config = z.looseObject({}).nullable();
const changeable = {
  title: z.string().nullish(),
  version: z.string().nullish(),
  config: config.optional(),
  changelogDestination: z.looseObject({}).nullish(),
  actionsProcessingEnabled: z.boolean().optional(),
  incrementalSyncEnabled: z.boolean().optional(),
};
const newBody = z.looseObject({
  installationId: z.string().min(1),
  installationAppType: z.string().min(1),
  ...changeable,
});
const patchBody = z.looseObject({ installationAppType: z.string().optional(), ...changeable });
const configBody = z.strictObject({ config });
const time = z.iso.datetime({ offset: true }).nullable();
const resyncStateBody = z.strictObject({
  status: z.enum(['running', 'completed', 'failed', 'aborted']),
  lastResyncStart: time.optional(),
  lastResyncEnd: time.optional(),
  nextResync: time.optional(),
  // Misspelt in the API itself.
  intervalInMinuets: z.number().nullish(),
});
const examplesBody = z.strictObject({ examples: z.array(z.looseObject({})) });

function requireIntegration({ store, param }: RouteContext): Integration {
  const integration = store.integrations.get(param('integration'));
  if (integration !== undefined) return integration;
  throw new Refusal(404, 'not_found', `Integration with identifier "${param('integration')}" was not found`);
}

function create(request: SandboxRequest, { store, actor }: RouteContext): SandboxResponse {
  const body = readBody(newBody, request.body);
  if (store.integrations.get(body.installationId)) throw identifierTaken('Integration', body.installationId);
  const baseUrl = `http://${request.headers.host ?? 'localhost'}`;
  return ok({ integration: store.integrations.add(body, { baseUrl, clientId: actor.clientId }) }, 201);
}

/** An empty change is how the API lets a client ask for a resync; a new config leads to one as well. */
function change(request: SandboxRequest, context: RouteContext): SandboxResponse {
  const { installationId } = requireIntegration(context);
  const fields = readBody(patchBody, request.body ?? {});
  if (Object.keys(fields).length === 0 || 'config' in fields) askForResync(request, context);
  return ok({ integration: context.store.integrations.change(installationId, fields) });
}

function changeConfig(request: SandboxRequest, context: RouteContext): SandboxResponse {
  const { installationId } = requireIntegration(context);
  const fields = readBody(configBody, request.body);
  askForResync(request, context);
  return ok({ integration: context.store.integrations.change(installationId, fields) });
}

function askForResync(request: SandboxRequest, { store, param }: RouteContext): void {
  if (request.headers['x-skip-resync'] !== 'true') store.integrations.requestResync(param('integration'));
}

function changeResyncState(request: SandboxRequest, context: RouteContext): SandboxResponse {
  const { installationId, resyncState } = requireIntegration(context);
  const news = readBody(resyncStateBody, request.body);
  const state = { ...resyncState, ...news, updatedAt: new Date().toISOString() };
  return ok({ integration: context.store.integrations.change(installationId, { resyncState: state }) });
}

function readExamples(context: RouteContext): SandboxResponse {
  const { installationId } = requireIntegration(context);
  const kinds = [...context.store.integrations.examples(installationId)].map(([kind, examples]) => [
    kind,
    { examples: examples.map((data, index) => ({ _id: `${kind}-${index}`, data })) },
  ]);
  return ok({ data: Object.fromEntries(kinds) });
}

export const integrationRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/organization',
    name: 'organization',
    handle: () => ok({ organization: { id: 'org_sandbox', name: 'Sandbox', featureFlags: [] } }),
  },
  {
    method: 'GET',
    path: '/v1/integration/provision-enabled',
    name: 'integration',
    handle: () => ok({ integrations: [] }),
  },
  {
    method: 'GET',
    path: '/v1/integration',
    name: 'integration',
    handle: (_request, { store }) => ok({ integrations: store.integrations.list() }),
  },
  { method: 'POST', path: '/v1/integration', name: 'integration', handle: create },
  {
    method: 'GET',
    path: '/v1/integration/:integration',
    name: 'integration',
    handle: (_request, context) => ok({ integration: requireIntegration(context) }),
  },
  { method: 'PATCH', path: '/v1/integration/:integration', name: 'integration', handle: change },
  {
    method: 'DELETE',
    path: '/v1/integration/:integration',
    name: 'integration',
    handle(_request, context) {
      context.store.integrations.remove(requireIntegration(context).installationId);
      return ok({});
    },
  },
  { method: 'PATCH', path: '/v1/integration/:integration/config', name: 'integration', handle: changeConfig },
  {
    method: 'PATCH',
    path: '/v1/integration/:integration/resync-state',
    name: 'integration',
    handle: changeResyncState,
  },
  {
    method: 'GET',
    path: '/v1/integration/:integration/resync-request',
    name: 'integration',
    handle(_request, context) {
      const updatedAt = context.store.integrations.resyncRequestedAt(requireIntegration(context).installationId);
      return ok({ request: updatedAt === undefined ? {} : { updatedAt } });
    },
  },
  {
    method: 'GET',
    path: '/v1/integration/:integration/kinds',
    name: 'integration',
    handle: (_request, context) => readExamples(context),
  },
  {
    method: 'POST',
    path: '/v1/integration/:integration/kinds/:kind/examples',
    name: 'integration',
    handle(request, context) {
      const { installationId } = requireIntegration(context);
      const { examples } = readBody(examplesBody, request.body);
      context.store.integrations.addExamples(installationId, context.param('kind'), examples);
      return ok({});
    },
  },
];

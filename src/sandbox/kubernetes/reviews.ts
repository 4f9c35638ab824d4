import type { SandboxRequest, SandboxResponse } from '../http.ts';
import { mustBeJson } from './checking.ts';
import { isRecord, valueAt } from './model.ts';
import { badRequest, invalid } from './refusals.ts';
import type { RequestInfo } from './request-info.ts';
import type { Rights } from './rights.ts';

const GROUP = 'authorization.k8s.io';

/** Says what the caller may. Undefined for what asks nothing of the kind. */
export function review(request: SandboxRequest, info: RequestInfo, rights: Rights): SandboxResponse | undefined {
  if (info.group !== GROUP || info.verb !== 'create') return undefined;
  mustBeJson(request);
  if (info.resource === 'selfsubjectaccessreviews') return reviewAccess(request, rights);
  return info.resource === 'selfsubjectrulesreviews' ? reviewRules(request, rights) : undefined;
}

function reviewAccess({ body }: SandboxRequest, rights: Rights): SandboxResponse {
  const asked = valueAt(body, ['spec', 'resourceAttributes']);
  const path = valueAt(body, ['spec', 'nonResourceAttributes']);
  if (!isRecord(asked) && !isRecord(path)) {
    const message = 'Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified';
    throw invalid(GROUP, '', '', [{ field: 'spec.resourceAttributes', reason: 'FieldValueInvalid', message }]);
  }
  const text = (name: string) => (isRecord(asked) && typeof asked[name] === 'string' ? asked[name] : '');
  const allowed = rights.allows({
    verb: text('verb'),
    group: text('group'),
    resource: text('resource'),
    subresource: text('subresource'),
    namespace: text('namespace'),
    name: text('name'),
  });
  const reason = 'RBAC: allowed by ClusterRoleBinding "sandbox" of ClusterRole "sandbox" to the user';
  const spec = { ...(isRecord(asked) ? { resourceAttributes: withoutEmpty(asked) } : { nonResourceAttributes: path }) };
  return reviewed('SelfSubjectAccessReview', spec, { allowed, ...(allowed && { reason }) });
}

function reviewRules({ body }: SandboxRequest, rights: Rights): SandboxResponse {
  const namespace = valueAt(body, ['spec', 'namespace']);
  if (typeof namespace !== 'string' || namespace === '') throw badRequest('no namespace on request');
  const resourceRules = rights.rulesIn(namespace).map(({ verbs, apiGroups, resources, resourceNames }) => ({
    verbs,
    apiGroups,
    resources,
    ...(resourceNames && { resourceNames }),
  }));
  const nonResourceRules = [
    {
      verbs: ['get'],
      nonResourceURLs: [
        ...['/api', '/api/*', '/apis', '/apis/*', '/healthz', '/livez', '/openapi', '/openapi/*'],
        ...['/readyz', '/version', '/version/'],
      ],
    },
  ];
  return reviewed('SelfSubjectRulesReview', {}, { resourceRules, nonResourceRules, incomplete: false });
}

function reviewed(kind: string, spec: unknown, status: unknown): SandboxResponse {
  const body = { kind, apiVersion: `${GROUP}/v1`, metadata: {}, spec, status };
  return { status: 201, body, headers: { 'content-type': 'application/json' } };
}

function withoutEmpty(fields: Record<string, unknown>): unknown {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
}

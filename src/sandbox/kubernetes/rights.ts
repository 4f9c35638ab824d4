import type { SandboxRequest } from '../http.ts';
import { qualifiedName } from './model.ts';
import { Refusal } from './refusals.ts';

/** A rule as a Role has it. `namespaces`: only there; everywhere when absent, as with a ClusterRole. */
export interface Rule {
  readonly apiGroups: readonly string[];
  /** `pods`, `pods/status`, `*`. */
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly namespaces?: readonly string[];
}

/** What a request wants to do. */
export interface Attributes {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

const EVERYTHING: Rule = { apiGroups: ['*'], resources: ['*'], verbs: ['*'] };
/** What everybody with a token may. */
const ALWAYS: Rule = {
  apiGroups: ['authorization.k8s.io'],
  resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
  verbs: ['create'],
};
const OPEN_PATHS = /^\/(api|apis|openapi)(\/|$)|^\/(healthz|livez|readyz|version)\/?$/;

/** Who may do what. */
export class Rights {
  readonly #user: string;
  #token: string;
  #rules: readonly Rule[];
  readonly #onToken: ((token: string) => void) | undefined;

  constructor(user: string, token: string, rules: readonly Rule[] = [EVERYTHING], onToken?: (token: string) => void) {
    this.#onToken = onToken;
    this.#user = user;
    this.#token = token;
    this.#rules = rules;
  }

  get token(): string {
    return this.#token;
  }

  setToken(token: string): void {
    this.#token = token;
    this.#onToken?.(token);
  }

  setRules(rules: readonly Rule[]): void {
    this.#rules = rules;
  }

  /** The rules that hold in a namespace. */
  rulesIn(namespace: string): readonly Rule[] {
    return [ALWAYS, ...this.#rules.filter(({ namespaces }) => namespaces?.includes(namespace) ?? true)];
  }

  /** Who sends a request. Throws 401. */
  userOf({ headers }: SandboxRequest): string {
    if (headers.authorization === undefined) return 'system:anonymous';
    if (headers.authorization === `Bearer ${this.#token}`) return this.#user;
    throw new Refusal(401, 'Unauthorized', 'Unauthorized');
  }

  allows(attributes: Attributes): boolean {
    return [ALWAYS, ...this.#rules].some((rule) => isAllowedBy(rule, attributes));
  }

  /** Throws 403, in the words of the API server. */
  check(user: string, attributes: Attributes): void {
    if (user === this.#user && this.allows(attributes)) return;
    const { verb, group, resource, subresource, namespace, name } = attributes;
    const path = subresource === '' ? resource : `${resource}/${subresource}`;
    const what = name === '' ? qualifiedName(group, resource) : `${qualifiedName(group, resource)} "${name}"`;
    const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
    const message = `${what} is forbidden: User "${user}" cannot ${verb} resource "${path}" in API group "${group}" ${where}`;
    const details = { ...(name !== '' && { name }), ...(group !== '' && { group }), kind: resource };
    throw new Refusal(403, 'Forbidden', message, details);
  }

  /** The same for what is no resource. */
  checkPath(user: string, method: string, path: string): void {
    const isOpen = OPEN_PATHS.test(path) && (user === this.#user || /^\/(healthz|livez|readyz|version)/.test(path));
    const isAll = this.#rules.includes(EVERYTHING);
    if ((user === this.#user && isAll) || (method === 'GET' && isOpen)) return;
    const verb = { GET: 'get', POST: 'post', PUT: 'put', PATCH: 'patch', DELETE: 'delete' }[method] ?? 'get';
    throw new Refusal(403, 'Forbidden', `forbidden: User "${user}" cannot ${verb} path "${path}"`, {});
  }
}

function isAllowedBy(rule: Rule, { verb, group, resource, subresource, namespace, name }: Attributes): boolean {
  const path = subresource === '' ? resource : `${resource}/${subresource}`;
  return (
    names(rule.verbs, verb) &&
    names(rule.apiGroups, group) &&
    (names(rule.resources, path) || (subresource !== '' && rule.resources.includes(`*/${subresource}`))) &&
    (rule.resourceNames?.includes(name) ?? true) &&
    (rule.namespaces?.includes(namespace) ?? true)
  );
}

function names(list: readonly string[], one: string): boolean {
  return list.includes('*') || list.includes(one);
}

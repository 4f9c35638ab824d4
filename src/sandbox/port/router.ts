import type { Faults } from '../faults.ts';
import type { SandboxRequest, SandboxResponse } from '../http.ts';
import type { Actor } from './model.ts';
import type { PortStore } from './store.ts';

interface Strictness {
  /** Refuse properties and relations that the blueprint does not declare. */
  readonly undeclared: boolean;
  /** `delete_dependents` takes along what has an optional relation to the deleted entity too. */
  readonly cascadeOptional: boolean;
}

/** What a route works with besides its request. */
export interface RouteContext {
  readonly store: PortStore;
  readonly faults: Faults;
  /** Entities on a page of a search, at most. */
  readonly largestPage: number;
  readonly strict: Strictness;
  readonly actor: Actor;
  /** A `:name` part of the path. */
  param(name: string): string;
}

export interface Route {
  readonly method: string;
  /** `/v1/blueprints/:blueprint`. */
  readonly path: string;
  /** The name for faults and the log. */
  readonly name: string;
  readonly handle: (request: SandboxRequest, context: RouteContext) => SandboxResponse;
}

export interface RouteMatch {
  readonly route: Route;
  readonly params: ReadonlyMap<string, string>;
}

/** Finds the first route that fits a method and the parts of a path. */
export function findRoute(
  routes: readonly Route[],
  method: string,
  segments: readonly string[],
): RouteMatch | undefined {
  for (const route of routes) {
    if (route.method !== method) continue;
    const params = matchPath(route.path, segments);
    if (params !== undefined) return { route, params };
  }
  return undefined;
}

function matchPath(path: string, segments: readonly string[]): ReadonlyMap<string, string> | undefined {
  const parts = path.slice(1).split('/');
  if (parts.length !== segments.length) return undefined;
  const params = new Map<string, string>();
  for (const [index, part] of parts.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith(':')) params.set(part.slice(1), segment);
    else if (part !== segment) return undefined;
  }
  return params;
}

export function ok(body: object, status = 200): SandboxResponse {
  return { status, body: { ok: true, ...body } };
}

/** A switch in the query; everything but `true` is off. */
export function isOn(request: SandboxRequest, name: string): boolean {
  return request.query.get(name) === 'true';
}

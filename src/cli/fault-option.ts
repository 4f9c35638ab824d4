import { didYouMean } from '../core/nearest.ts';
import { routeNames } from '../sandbox/komodor/stand-ins.ts';
import { kubernetesRoutes } from '../sandbox/kubernetes/routes.ts';
import { parseFault } from '../sandbox/parse-fault.ts';

const PORT_ROUTES = `token blueprints search count datasource-entities bulk upsert delete integration organization
  ingest`.split(/\s+/);

/** Whether a fault is for the stand-in for Komodor, by the route that it names; `*` is for both. */
export function isForKomodor({ route }: { readonly route: string }): boolean {
  return route === '*' || routeNames.includes(route);
}

/** Whether a fault is for the stand-in for a cluster: `list-pods`, `watch-*`, `discovery`, or `*`. */
export function isForKubernetes({ route }: { readonly route: string }): boolean {
  const begins = route.endsWith('*') ? route.slice(0, -1) : undefined;
  return kubernetesRoutes.some((one) => (begins === undefined ? one === route : one.startsWith(begins)));
}

/** Whether a fault is for the stand-in for Port. */
export function isForPort({ route }: { readonly route: string }): boolean {
  return route === '*' || PORT_ROUTES.includes(route);
}

/** Throws an Error when a fault cannot be parsed, or names a route that does not exist. */
export function checkFault(text: string): void {
  const { route } = parseFault(text);
  const known = [...routeNames, ...PORT_ROUTES, ...kubernetesRoutes];
  if (known.includes(route) || isForKubernetes({ route })) return;
  throw new Error(
    `There is no route ${route}${didYouMean(route, known) || `; there are ${[...routeNames, ...PORT_ROUTES].join(', ')}, list-pods and its like, and *`}.`,
  );
}

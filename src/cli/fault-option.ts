import { didYouMean } from '../core/nearest.ts';
import { routeNames } from '../sandbox/komodor/stand-ins.ts';
import { parseFault } from '../sandbox/parse-fault.ts';

const PORT_ROUTES = `token blueprints search count datasource-entities bulk upsert delete integration organization
  ingest`.split(/\s+/);

/** Whether a fault is for the stand-in for Komodor, by the route that it names; `*` is for both. */
export function isForKomodor({ route }: { readonly route: string }): boolean {
  return route === '*' || routeNames.includes(route);
}

/** Throws an Error when a fault cannot be parsed, or names a route that does not exist. */
export function checkFault(text: string): void {
  const { route } = parseFault(text);
  const known = [...routeNames, ...PORT_ROUTES];
  if (route === '*' || known.includes(route)) return;
  throw new Error(`There is no route ${route}${didYouMean(route, known) || `; there are ${known.join(', ')} and *`}.`);
}

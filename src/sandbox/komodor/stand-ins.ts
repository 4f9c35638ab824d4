import { readdir } from 'node:fs/promises';
import { keyCheck } from './key-check.ts';
import { type Route, type StandIn, scopedName } from './stand-in.ts';

/** Where errors say that a file is: definitions of kinds have a folder of the same name. */
const PLACE = 'sandbox/komodor/kinds';

/**
 * The stand-ins of a folder, one a file, in the order of the files' names.
 * @throws Error that names the file which exports none, or which claims what another one has
 */
export async function loadStandIns(folder: URL): Promise<readonly StandIn[]> {
  const files = (await readdir(folder)).filter((name) => /^[^.]+\.(ts|js)$/.test(name)).sort();
  const loaded: StandIn[] = [];
  const owners = new Map<string, string>();
  for (const file of files) {
    const module: unknown = await import(new URL(file, folder).href);
    const standIn = typeof module === 'object' && module !== null && 'standIn' in module ? module.standIn : undefined;
    if (!isStandIn(standIn)) {
      throw new Error(`${PLACE}/${file} exports no stand-in: it needs "export const standIn: StandIn" (stand-in.ts)`);
    }
    for (const claim of claimsOf(standIn)) {
      const owner = owners.get(claim);
      if (owner !== undefined) throw new Error(`${PLACE}/${file} and ${PLACE}/${owner} both stand in for ${claim}`);
      owners.set(claim, file);
    }
    loaded.push(standIn);
  }
  return loaded;
}

/** All kinds that the sandbox stands in for. */
export const standIns = await loadStandIns(new URL('./kinds/', import.meta.url));

/** Every endpoint. */
export const routes: readonly Route[] = [keyCheck, ...standIns.flatMap(routesOf)];

/** Every name that a fault can give. */
export const routeNames: readonly string[] = [...new Set(routes.flatMap(namesOf))];

function routesOf({ listing, others = [] }: StandIn): readonly Route[] {
  return [listing, ...others];
}

function namesOf(route: Route): readonly string[] {
  return route.isScoped === undefined ? [route.name] : [route.name, scopedName(route)];
}

/** What no second stand-in may have: its kind, the names of its routes, and what they answer. */
function claimsOf(standIn: StandIn): ReadonlySet<string> {
  const own = routesOf(standIn);
  const names = own.flatMap(namesOf).map((name) => `the route "${name}"`);
  const requests = own.map(({ method, path }) => `${method} ${path.replaceAll(/\{[^}]*\}/g, '{}')}`);
  return new Set([`the kind ${standIn.kind}`, ...names, ...requests]);
}

function isStandIn(value: unknown): value is StandIn {
  return (
    hasParts(value, ['kind', 'listing', 'rows']) &&
    typeof value.kind === 'string' &&
    typeof value.rows === 'function' &&
    hasParts(value.listing, ['method', 'path', 'name', 'open'])
  );
}

function hasParts<const P extends string>(
  value: unknown,
  parts: readonly P[],
): value is { readonly [part in P]: unknown } {
  return typeof value === 'object' && value !== null && parts.every((part) => part in value);
}

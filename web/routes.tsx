import type { ComponentType } from 'preact';
import { lazyPart } from './lazy.tsx';
import { matchPath } from './match.ts';
import { NowPart } from './parts/now/now.tsx';
import { RunPart } from './parts/run/run.tsx';

type Params = Readonly<Record<string, string>>;

interface Route {
  readonly pattern: string;
  readonly part: ComponentType<{ readonly params: Params }>;
}

const TimelinePart = lazyPart(async () => (await import('./parts/timeline/timeline.tsx')).TimelinePart, 'the timeline');
const CatalogPart = lazyPart(async () => (await import('./parts/catalog/catalog.tsx')).CatalogPart, 'the catalog');
const PlanPart = lazyPart(async () => (await import('./parts/plan/plan.tsx')).PlanPart, 'the plan');
const MappingPart = lazyPart(async () => (await import('./parts/mapping/mapping.tsx')).MappingPart, 'the editor');

/** The views. The server sends the page for the same patterns (src/server/page). */
const ROUTES: readonly Route[] = [
  { pattern: '/', part: NowPart },
  { pattern: '/timeline', part: TimelinePart },
  { pattern: '/runs/:id', part: RunPart },
  { pattern: '/runs/:id/held/:blueprint', part: PlanPart },
  { pattern: '/plan', part: PlanPart },
  { pattern: '/plan/:id', part: PlanPart },
  { pattern: '/mapping', part: MappingPart },
  { pattern: '/catalog', part: CatalogPart },
  { pattern: '/catalog/:blueprint/:identifier', part: CatalogPart },
];

/** What the navigation shows, with its keys. */
export const SECTIONS = [
  { to: '/', text: 'Now', key: 'g n', begins: /^\/$/ },
  { to: '/timeline', text: 'Timeline', key: 'g t', begins: /^\/timeline/ },
  { to: '/runs/latest', text: 'Last run', key: 'g r', begins: /^\/runs/ },
  { to: '/plan', text: 'Plan', key: 'g p', begins: /^\/plan/ },
  { to: '/mapping', text: 'Mapping', key: 'g m', begins: /^\/mapping/ },
  { to: '/catalog', text: 'Catalog', key: 'g c', begins: /^\/catalog/ },
] as const;

export function routeOf(path: string): { readonly part: Route['part']; readonly params: Params } | undefined {
  for (const { pattern, part } of ROUTES) {
    const params = matchPath(pattern, path);
    if (params !== undefined) return { part, params };
  }
  return undefined;
}

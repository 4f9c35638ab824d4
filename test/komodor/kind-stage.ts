import { AppError } from '../../src/core/errors.ts';
import type { RawItem } from '../../src/core/model.ts';
import type { Place, SourceKind, Walk } from '../../src/core/source.ts';
import { createKomodorApi } from '../../src/komodor/api.ts';
import type { KindDefinition } from '../../src/komodor/define-kind.ts';
import type { Reading } from '../../src/komodor/listing.ts';
import { createGovernor } from '../../src/net/governor.ts';
import { createPageSize } from '../../src/net/page-size.ts';
import { scopedName } from '../../src/sandbox/komodor/stand-in.ts';
import { standIns } from '../../src/sandbox/komodor/stand-ins.ts';
import { startKomodor } from '../../src/sandbox/komodor/start-komodor.ts';
import { createWorld } from '../../src/sandbox/world/create-world.ts';
import { fastClock } from '../chaos/fast-clock.ts';

const KEY = 'key-of-the-contract';

export const PAGE_SIZE = 20;

/** What stands in for a kind, as far as the contract needs it. */
export function standInOf(kind: string) {
  const standIn = standIns.find((each) => each.kind === kind);
  if (!standIn) throw new Error(`src/sandbox/komodor/kinds has no stand-in for ${kind}`);
  const { listing, others = [] } = standIn;
  return {
    /** What faults call the whole listing. */
    listing: listing.name,
    /** What they call a closer look: the listing of one place, or an endpoint of its own. */
    closer: listing.isScoped ? scopedName(listing) : (others[0]?.name ?? listing.name),
    rows: standIn.rows,
    /** Whether a request asks for the kind's rows, and not for what is needed to read them (names of clusters). */
    answers: (path: string) => [listing, ...others].some((route) => isPathOf(route.path, path)),
  };
}

function isPathOf(route: string, path: string): boolean {
  const parts = path.split('/').slice(1);
  const wanted = route.split('/');
  return wanted.length === parts.length && wanted.every((part, at) => part.startsWith('{') || part === parts[at]);
}

/** A stand-in with a world, and readings of it that note what was asked. */
export async function openStage() {
  const world = createWorld({ seed: 11, services: 70, clusters: 3 });
  const sandbox = await startKomodor({ world, apiKey: KEY, now: () => world.now });
  const api = createKomodorApi({
    baseUrl: sandbox.apiUrl,
    apiKey: KEY,
    secrets: [KEY],
    timeoutMs: 5_000,
    maxResponseBytes: 10_000_000,
    governor: createGovernor({ side: 'komodor', concurrency: 4, clock: fastClock() }),
  });
  let asked: { readonly path: string; readonly question: string }[] = [];
  let asksForPages = false;
  const noting: typeof api = {
    ...api,
    call(request) {
      asked.push({ path: request.path, question: questionOf(request) });
      asksForPages ||= JSON.stringify([request.query, request.body]).includes('"pageSize"');
      return api.call(request);
    },
  };
  const reading = (signal: AbortSignal): Reading => ({
    api: noting,
    size: createPageSize({ first: PAGE_SIZE, most: PAGE_SIZE }),
    maxPages: 100,
    signal,
    now: () => world.now * 1000,
  });
  return {
    world,
    sandbox,
    bind: (definition: KindDefinition): SourceKind => definition.bind((_kind, signal) => reading(signal)),
    /** The questions for the rows of a kind since this was last called, without where on the list they stand. */
    takeQuestions(kind: string): ReadonlySet<string> {
      const { answers } = standInOf(kind);
      const taken = new Set(asked.filter(({ path }) => answers(path)).map(({ question }) => question));
      asked = [];
      return taken;
    },
    /** Whether any request said how many rows it wants. */
    asksForPages: () => asksForPages,
    async close() {
      api.close();
      await sandbox.close();
    },
  };
}

export type Stage = Awaited<ReturnType<typeof openStage>>;

function questionOf({ method, path, query = {}, body }: Parameters<Reading['api']['call']>[0]): string {
  const { pageSize: _size, offset: _offset, page: _page, token: _token, paginationToken: _cursor, ...rest } = query;
  const { pagination: _paging, ...asked } =
    typeof body === 'object' && body !== null ? { ...body, pagination: 0 } : { pagination: 0 };
  return JSON.stringify([method, path, rest, asked]);
}

/** Reads to the end; what the selector leaves out gives nothing and proves nothing. */
export async function collect(walk: Walk | 'excluded') {
  const items = new Map<string, RawItem>();
  const seen = (complete: boolean) => ({ items, keys: [...items.keys()].sort(), complete });
  if (walk === 'excluded') return seen(false);
  try {
    let step = await walk.next();
    for (; !step.done; step = await walk.next()) for (const item of step.value.items) items.set(item.key, item);
    return seen(step.value.complete);
  } catch (error) {
    // What ends the whole run claims nothing either.
    if (error instanceof AppError) return seen(false);
    throw error;
  }
}

/** The smallest place of an item that can be asked about. */
export function scopeOf(kind: SourceKind, item: RawItem): Place {
  const scope = kind.scopeOf(kind.placeOf(item));
  if (!scope) throw new Error(`${item.label} lies in no place that can be asked about`);
  return scope;
}

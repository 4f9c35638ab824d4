import type { Kind, Mapping } from '../../core/model.ts';
import type { Listing } from '../../core/source.ts';
import type { KomodorSource } from '../../komodor/source.ts';
import { HttpFailure } from '../../net/http-failure.ts';
import {
  type CheckTime,
  check,
  type DoctorCheck,
  type Finding,
  failed,
  notChecked,
  ok,
  splitAdvice,
  warning,
} from './check.ts';
import { isReached, reachFinding, type Tried, tried, unclearFinding } from './reach.ts';

export interface KomodorSide {
  readonly baseUrl: string;
  readonly hasKey: boolean;
  readonly source: KomodorSource;
}

/** Komodor: whether it is reached, whether it takes the key, and whether each kind of the mapping can be read. */
export async function komodorChecks(
  { baseUrl, hasKey, source }: KomodorSide,
  env: NodeJS.Dict<string>,
  mapping: Promise<Mapping | undefined>,
  time: CheckTime,
): Promise<readonly DoctorCheck[]> {
  const answer = tried(source.takesKey(time.signal));
  const isUsable = answer.then((outcome) => hasKey && isReached(outcome) && !isRefused(outcome));
  const first = Promise.all([
    check('komodor-reachable', time, async () => reachFinding('komodor', baseUrl, env, await answer)),
    check('komodor-key', time, async (signal) => (hasKey ? keyFinding(baseUrl, await answer, signal) : noKey())),
  ]);
  const entries = (await mapping)?.entries ?? [];
  const kinds = await Promise.all(
    [...new Set(entries.map(({ kind }) => kind))].map((kind) =>
      check(`kind:${kind}`, time, async (signal) =>
        (await isUsable)
          ? kindFinding(source, kind, listingsOf(source, kind, entries), signal)
          : notChecked('see the checks of Komodor above'),
      ),
    ),
  );
  return [...(await first), ...kinds];
}

function isRefused(outcome: Tried<boolean>): boolean {
  return 'value' in outcome && !outcome.value;
}

function noKey(): Finding {
  return failed('KOMODOR_API_KEY is not set', 'Make a key in Komodor (Settings, API Keys) and set KOMODOR_API_KEY.');
}

function keyFinding(baseUrl: string, outcome: Tried<boolean>, signal: AbortSignal): Finding {
  if ('value' in outcome) {
    if (outcome.value) return ok('Komodor takes KOMODOR_API_KEY');
    return failed(
      `${new URL(baseUrl).host} refuses KOMODOR_API_KEY`,
      'Check that the key is right and has not expired, and that KOMODOR_BASE_URL names your region.',
    );
  }
  if (!isReached(outcome)) return notChecked('Komodor cannot be reached');
  return unclearFinding('komodor', outcome.error, signal);
}

function listingsOf({ kinds }: KomodorSource, kind: Kind, entries: Mapping['entries']): readonly Listing[] {
  const selected = entries
    .filter((entry) => entry.kind === kind)
    .map(({ selector }) => kinds.get(kind)?.select(selector));
  const listings = selected.flatMap((one) => (one && 'listing' in one ? [one.listing] : []));
  return [...new Map(listings.map((listing) => [listing.key, listing])).values()];
}

/** Reads the first page of each listing of a kind. */
async function kindFinding(
  source: KomodorSource,
  kind: Kind,
  listings: readonly Listing[],
  signal: AbortSignal,
): Promise<Finding> {
  if (source.kinds.get(kind) === undefined)
    return failed(`there is no kind ${kind}`, 'Correct it in the mapping; docs/kinds.md lists all kinds.');
  if (listings.length === 0)
    return failed(
      'no entry of the mapping with this kind has a selector that can be used',
      '`komodor-port lint` says why.',
    );
  let items = 0;
  for (const listing of listings) {
    const page = await firstPage(listing, signal);
    if (typeof page !== 'number') return page;
    items += page;
  }
  if (items > 0) return ok(`can be read; ${items} ${items === 1 ? 'item' : 'items'} on the first page`);
  return ok(
    'can be read, but Komodor has nothing to show',
    "If there should be something: the key's user may see no cluster, or the selectors of the mapping exclude everything.",
  );
}

async function firstPage(listing: Listing, signal: AbortSignal): Promise<number | Finding> {
  const walk = listing.read(signal);
  try {
    const { done, value } = await walk.next();
    if (done !== true) return value.items.length + value.malformed;
    if (value.complete) return 0;
    const { detail, advice } = splitAdvice(value.detail);
    return value.reason === 'request_failed' ? failed(detail, advice) : warning(detail, advice);
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    return failed(error.message, null);
  } finally {
    // Ends the read: nothing more than the first page is asked for.
    await walk.return({ complete: true });
  }
}

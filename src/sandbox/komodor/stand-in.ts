import type { SandboxRequest, SandboxResponse } from '../http.ts';
import type { World } from '../world/model.ts';
import type { AskFault } from './list-faults.ts';

/** How the last page says so: an explicit null, no key at all, or the page numbers that old clients know. */
export type PagingStyle = 'token-null' | 'token-absent' | 'legacy';

/** What differs from account to account. */
export interface Habits {
  /** `token-null` when absent. */
  readonly pagingStyle?: PagingStyle;
  /** Risks of the whole account end in a 504, as they do for large accounts; per cluster they work. */
  readonly riskQueryTimeout?: boolean;
}

/** The account that a started server answers for. */
export interface Account extends Habits {
  readonly world: World;
  /** What time it is, in seconds since 1970: windows that end "now" end here. */
  readonly now: () => number;
}

/** Answers one request. `ask` gives the arguments of a named fault that applies to it, or undefined. */
export type ListAnswer = (request: SandboxRequest, ask: AskFault) => SandboxResponse | Promise<SandboxResponse>;

/** One endpoint. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/api/v2/`, without slashes at the ends. `{…}` stands for any one part: `health/risks/{id}`. */
  readonly path: string;
  /** What faults and the log call it. Two routes may share a name, when the same faults are to hit both. */
  readonly name: string;
  /** What it is, for docs/sandbox.md: `list of clusters`. */
  readonly about: string;
  /** The same of requests that ask about a part only. */
  readonly scopedAbout?: string;
  /** Whether a request asks about a part only. Such requests go by the name with `-scoped` behind it. */
  readonly isScoped?: (request: SandboxRequest) => boolean;
  /** The 1-based page that a request asks for, for faults that are limited to a page. Absent for what is no listing. */
  readonly pageOf?: (request: SandboxRequest, habits: Habits) => number;
  /** Called once for each server that starts: what is to be remembered between requests lives in here. */
  readonly open: (account: Account) => ListAnswer;
}

/** A row as a whole read must give it. */
export interface Row {
  /** Two rows of a kind never share it, and it stays the same when the row changes. */
  readonly identity: string;
  /** Exactly what the answer holds. */
  readonly value: object;
}

/**
 * What stands in for one of Komodor's kinds: a file of `kinds/`, named as the file of the kind's definition, exports it as
 * `standIn`. Nothing else has to know of it: the folder is read.
 */
export interface StandIn {
  /** What mappings call the kind. */
  readonly kind: string;
  /** The endpoint that a whole read asks. */
  readonly listing: Route;
  /** Further endpoints: one row by its id, the same rows asked for in another way. */
  readonly others?: readonly Route[];
  /**
   * What a read of the kind must give when nothing is selected and nothing goes wrong.
   * @param now seconds since 1970, for kinds that are read by windows of time
   */
  rows(world: World, now: number): readonly Row[];
  /**
   * Lets the rows change a little, as `changeWorld` does for services and risks. The same world and step number give the
   * same changes. Returns one sentence for each.
   */
  change?(world: World, step: number): string[];
}

/** What faults call requests of a route that ask about a part only. */
export function scopedName({ name }: Route): string {
  return `${name}-scoped`;
}

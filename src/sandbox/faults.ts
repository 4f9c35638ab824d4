import type { SandboxRequest } from './http.ts';
import { parseFault } from './parse-fault.ts';

/** What a fault does to the request it applies to. `percent` is how much of the body is sent; half when absent. */
export type FaultAction =
  | {
      readonly type: 'status';
      readonly status: number;
      readonly retryAfter?: string;
      /** `x-ratelimit-reset`, in place of the true one. */
      readonly rateReset?: string;
      readonly body?: unknown;
    }
  /** Never answers. */
  | { readonly type: 'hang' }
  /** Destroys the socket. */
  | { readonly type: 'reset' }
  /** Destroys a socket that has carried a request before: closed while idle, as by a firewall that tells nobody. */
  | { readonly type: 'stale' }
  /** Sends a part of the body, then ends as if that were all of it. */
  | { readonly type: 'cut'; readonly percent?: number }
  /** Promises the whole body, sends a part of it and destroys the socket; at 100 it has promised too much. */
  | { readonly type: 'break'; readonly percent?: number }
  /** Sends a part of the body and then nothing more. */
  | { readonly type: 'stall'; readonly percent?: number }
  /** Does what was asked, and then destroys the socket, never answers, or answers with a gateway's status. */
  | { readonly type: 'lost'; readonly end: 'reset' | 'hang' | number }
  /** Answers as usual, but so many milliseconds later. */
  | { readonly type: 'slow'; readonly ms: number }
  /** A web page in place of JSON; with 200 when no status is given. */
  | { readonly type: 'garbage'; readonly status?: number }
  /** 200 without a body. */
  | { readonly type: 'blank' }
  /** Left to the stand-in itself, e.g. `ignore-cursor` or `refuse-item 7 422`. */
  | { readonly type: 'named'; readonly name: string; readonly args: readonly string[] };

/** Where a stand-in's faults come from. */
export interface Faults {
  /** Told of each request just before it is handled; says what happens to it. */
  take(route: string, page: number | undefined, request: SandboxRequest): FaultAction | undefined;
  /** The arguments of a named fault that applies to the route's latest request, or undefined. */
  named(route: string, name: string): readonly string[] | undefined;
}

/** When a fault applies: every condition that is given must hold. `*` as route means every route. */
export interface Fault {
  readonly route: string;
  /** Only the n-th page of a listing (1-based). */
  readonly page?: number;
  /** Only the n-th call of the route (1-based). */
  readonly call?: number;
  /** This call of the route and all that follow. */
  readonly from?: number;
  /** At most so many requests, then the fault is used up. */
  readonly times?: number;
  readonly action: FaultAction;
}

interface Entry {
  readonly fault: Fault;
  uses: number;
  /** The request it was last used for, as `route#call`, so that asking twice in one request counts once. */
  lastUse: string;
}

interface Position {
  readonly call: number;
  readonly page: number | undefined;
}

/** The faults that are switched on, and how often each route was called. */
export class FaultBook implements Faults {
  #entries: Entry[] = [];
  readonly #positions = new Map<string, Position>();

  constructor(faults: readonly (Fault | string)[] = []) {
    for (const fault of faults) this.add(fault);
  }

  /** Switches a fault on. Text is read by `parseFault`, which throws when it cannot be understood. */
  add(fault: Fault | string): void {
    this.#entries.push({ fault: typeof fault === 'string' ? parseFault(fault) : fault, uses: 0, lastUse: '' });
  }

  /** Switches every fault off and starts counting calls anew. */
  clear(): void {
    this.#entries = [];
    this.#positions.clear();
  }

  /**
   * Counts one request of a route and says which fault applies to it. The server calls it once per request, just before
   * the handler. A fault of the transport wins over a named one, which the handler asks for with `named`.
   */
  take(route: string, page?: number): FaultAction | undefined {
    this.#positions.set(route, { call: (this.#positions.get(route)?.call ?? 0) + 1, page });
    const found =
      this.#find(route, ({ type }) => type !== 'named') ?? this.#find(route, ({ type }) => type === 'named');
    if (found !== undefined && found.fault.action.type !== 'named') this.#use(found, route);
    return found?.fault.action;
  }

  /** The arguments of a named fault that applies to the route's latest request, or undefined when there is none. */
  named(route: string, name: string): readonly string[] | undefined {
    const found = this.#find(route, (action) => action.type === 'named' && action.name === name);
    if (found === undefined || found.fault.action.type !== 'named') return undefined;
    this.#use(found, route);
    return found.fault.action.args;
  }

  #find(route: string, wanted: (action: FaultAction) => boolean): Entry | undefined {
    const { call, page } = this.#positions.get(route) ?? { call: 0, page: undefined };
    return this.#entries.find(
      ({ fault, uses, lastUse }) =>
        (fault.route === route || fault.route === '*') &&
        (fault.page === undefined || fault.page === page) &&
        (fault.call === undefined || fault.call === call) &&
        (fault.from === undefined || call >= fault.from) &&
        (fault.times === undefined || uses < fault.times || lastUse === `${route}#${call}`) &&
        wanted(fault.action),
    );
  }

  #use(entry: Entry, route: string): void {
    const use = `${route}#${this.#positions.get(route)?.call ?? 0}`;
    if (entry.lastUse === use) return;
    entry.lastUse = use;
    entry.uses += 1;
  }
}

import type { SandboxRequest } from './http.ts';

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

/** When a fault applies: every condition that is given must hold. `*` as route means every route, `list-*` every one that begins so. */
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

/** What a fault does to the request it applies to. */
export type FaultAction =
  | { readonly type: 'status'; readonly status: number; readonly retryAfter?: string; readonly body?: unknown }
  /** Never answers. */
  | { readonly type: 'hang' }
  /** Destroys the socket. */
  | { readonly type: 'reset' }
  /** Sends half of the body, then ends as if that were all of it. */
  | { readonly type: 'cut' }
  /** Answers as usual, but so many milliseconds later. */
  | { readonly type: 'slow'; readonly ms: number }
  /** 200 with text that is not JSON. */
  | { readonly type: 'garbage' }
  /** Left to the stand-in itself, e.g. `ignore-cursor` or `refuse-item 7 422`. */
  | { readonly type: 'named'; readonly name: string; readonly args: readonly string[] };

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
export class FaultBook {
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

const COUNTS: Readonly<Record<string, number>> = { once: 1, twice: 2, thrice: 3 };
const PLAIN_ACTIONS = ['hang', 'reset', 'cut', 'garbage'] as const;

/**
 * Reads one fault: `route [page N] [call N] [from N] -> action [once|twice|xN]`, where the action is a status
 * (`500`, `429 retry-after 3`), `hang`, `reset`, `cut`, `garbage`, `slow MS`, or a name with arguments for the stand-in.
 * Examples: `services page 3 -> 500 twice`, `risks from 2 -> hang`, `bulk call 2 -> refuse-item 7 422`.
 * Throws an Error that names the text and what is wrong with it.
 */
export function parseFault(text: string): Fault {
  const sides = text.split('->');
  const [route, ...conditions] = words(sides[0]);
  const action = words(sides[1]);
  if (sides.length !== 2 || route === undefined || action.length === 0) {
    throw new Error(`The fault "${text}" is not of the form "route [page N] [call N] [from N] -> action".`);
  }
  const times = takeTimes(action);
  if (action.length === 0) throw new Error(`The fault "${text}" says how often, but not what.`);
  return { route, ...readConditions(conditions, text), ...(times && { times }), action: readAction(action, text) };
}

function words(text: string | undefined): string[] {
  return (text ?? '').split(/\s+/).filter((word) => word !== '');
}

function takeTimes(action: string[]): number | undefined {
  const last = action.at(-1) ?? '';
  const times = COUNTS[last] ?? Number(/^x([1-9]\d*)$/.exec(last)?.[1] ?? 0);
  if (times === 0) return undefined;
  action.pop();
  return times;
}

function readConditions(conditions: readonly string[], text: string): { page?: number; call?: number; from?: number } {
  const found: { page?: number; call?: number; from?: number } = {};
  for (let at = 0; at < conditions.length; at += 2) {
    const name = conditions[at];
    if (name !== 'page' && name !== 'call' && name !== 'from') {
      throw new Error(`The fault "${text}" has an unknown condition "${name}": use page, call or from.`);
    }
    found[name] = wholeNumber(conditions[at + 1], `"${name}"`, text);
  }
  return found;
}

function readAction(action: readonly string[], text: string): FaultAction {
  const [name = '', ...args] = action;
  const plain = PLAIN_ACTIONS.find((candidate) => candidate === name);
  if (plain !== undefined) {
    if (args.length > 0) throw new Error(`The fault "${text}": "${name}" takes no argument.`);
    return { type: plain };
  }
  if (name === 'slow') return { type: 'slow', ms: wholeNumber(args[0], '"slow"', text) };
  if (!/^\d+$/.test(name)) return { type: 'named', name, args };
  const status = Number(name);
  if (status < 200 || status > 599) throw new Error(`The fault "${text}": ${name} is no HTTP status.`);
  if (args.length === 0) return { type: 'status', status };
  if (args[0] !== 'retry-after' || args.length < 2) {
    throw new Error(`The fault "${text}": after a status only "retry-after VALUE" may follow.`);
  }
  // The value may be a date with spaces in it.
  return { type: 'status', status, retryAfter: args.slice(1).join(' ') };
}

function wholeNumber(word: string | undefined, after: string, text: string): number {
  if (word === undefined || !/^[1-9]\d*$/.test(word)) {
    throw new Error(`The fault "${text}": ${after} needs a whole number from 1 up.`);
  }
  return Number(word);
}

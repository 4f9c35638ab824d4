import type { Fault, FaultAction, Faults } from './faults.ts';
import { parseFault } from './parse-fault.ts';

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
        isMeant(fault.route, route) &&
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

/** `*` means every route, `watch-*` every one that begins so. */
function isMeant(named: string, route: string): boolean {
  return named.endsWith('*') ? route.startsWith(named.slice(0, -1)) : named === route;
}

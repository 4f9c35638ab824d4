import { literalText } from '../core/expression/prepare.ts';
import type { RawItem } from '../core/model.ts';
import type { MappedItem, Program } from '../core/ports.ts';
import { yieldToEventLoop } from '../core/yield-to-event-loop.ts';
import type { DocumentResult } from './batch-run.ts';
import { createRowMaker } from './entity-rows.ts';
import { type Group, groupEntries } from './groups.ts';
import { resultsOfJq } from './jq-results.ts';
import type { JqRunner } from './jq-runner.ts';
import { createLimitBreaches } from './limit-breaches.ts';
import { type ParsedEntry, usableTemplate } from './parsed-entry.ts';
import { evaluateHere, type Here } from './plain/evaluate-here.ts';
import type { Plain } from './plain/plain.ts';
import { divideGroup } from './plain/plain-group.ts';

export interface ProgramOptions {
  readonly jq: JqRunner;
  /** The beginning of jq's programs. Asked for when jq has something to run. */
  readonly prelude: () => Promise<string>;
  /** The expressions that are evaluated here. */
  readonly plain: ReadonlyMap<string, Plain>;
  readonly deadlineMs: number;
  readonly batchItems: number;
}

/** How long a turn of the event loop may take here. */
const TURN_MS = 8;

/** Creates the program of entries whose expressions all compile. */
export function createProgram(entries: readonly ParsedEntry[], options: ProgramOptions): Program {
  const groups = groupEntries(entries);
  const divided = groups.map((group) => divideGroup(group, options.plain));
  const rests = divided.flatMap(({ rest }) => (rest === undefined ? [] : [rest]));
  const breaches = createLimitBreaches();
  const templates = entries
    .flatMap((parsed) => parsed.templates)
    .map((parsed) => ({ literal: literalText(parsed.template.blueprint), usable: usableTemplate(parsed) }));

  async function run(
    items: readonly RawItem[],
    signal: AbortSignal,
    selectAll: boolean,
  ): Promise<readonly MappedItem[]> {
    signal.throwIfAborted();
    const makers = groups.map((group) => createRowMaker(group, { selectAll, whyNotRun: breaches.reason }));
    const mapped = new Map<RawItem, MappedItem>();
    const undecided: RawItem[] = [];
    const waiting = new Map<RawItem, Here>();

    function put(item: RawItem, result: DocumentResult): void {
      const rows = new Map(result.flatMap((one, index) => [...(makers[index]?.(one, item.value) ?? [])]));
      mapped.set(item, { item, rows: entries.flatMap((parsed) => rows.get(parsed) ?? []) });
    }

    let turnEnds = performance.now() + TURN_MS;
    for (const item of items) {
      const here = evaluateHere(divided, item.value, selectAll);
      if (here === undefined) undecided.push(item);
      else if (here.needsJq) waiting.set(item, here);
      else put(item, here.join([]));
      if (performance.now() < turnEnds) continue;
      await yieldToEventLoop();
      signal.throwIfAborted();
      turnEnds = performance.now() + TURN_MS;
    }
    const inJq = async (some: readonly RawItem[], of: readonly Group[]) =>
      some.length === 0
        ? new Map<RawItem, DocumentResult>()
        : resultsOfJq(some, { ...options, prelude: await options.prelude(), groups: of, breaches, selectAll, signal });
    const [whole, parts] = await Promise.all([inJq(undecided, groups), inJq([...waiting.keys()], rests)]);
    for (const [item, result] of whole) put(item, result);
    for (const [item, here] of waiting) put(item, here.join(parts.get(item) ?? []));
    return items.map((item) => mapped.get(item) ?? { item, rows: [] });
  }

  return {
    entries: entries.map(({ entry }) => entry),
    blueprints: [...new Set(templates.map(({ literal }) => literal))],
    writing: (blueprint) =>
      templates.filter(({ literal }) => literal === null || literal === blueprint).map(({ usable }) => usable),
    map: (items, signal) => run(items, signal, false),
    async mapUnfiltered(item, signal) {
      const [mapped] = await run([item], signal, true);
      return mapped ?? { item, rows: [] };
    },
  };
}

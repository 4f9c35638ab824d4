import { messageOf } from '../core/errors.ts';
import { exactJson } from '../core/exact-json.ts';
import { literalText } from '../core/expression/prepare.ts';
import type { RawItem } from '../core/model.ts';
import type { MappedItem, Program } from '../core/ports.ts';
import { type DocumentResult, runBatch } from './batch-run.ts';
import { createRowMaker } from './entity-rows.ts';
import { groupEntries } from './groups.ts';
import type { JqRunner } from './jq-runner.ts';
import { createLimitBreaches } from './limit-breaches.ts';
import { type ParsedEntry, usableTemplate } from './parsed-entry.ts';
import { repairSurrogates } from './surrogates.ts';

export interface ProgramOptions {
  readonly jq: JqRunner;
  readonly prelude: string;
  readonly deadlineMs: number;
  readonly batchItems: number;
}

const MAX_BATCH_CHARS = 4 * 1024 * 1024;

/** Creates the program of entries whose expressions all compile. */
export function createProgram(entries: readonly ParsedEntry[], options: ProgramOptions): Program {
  const groups = groupEntries(entries);
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
    const batches = batchesOf(items, options.batchItems);
    const runOptions = { ...options, groups, breaches, selectAll, signal };
    const results = await Promise.all(batches.map((batch) => mapBatch(batch, runOptions)));
    return results.flat();
  }

  async function mapBatch(
    batch: readonly Document[],
    runOptions: Parameters<typeof runBatch>[1],
  ): Promise<readonly MappedItem[]> {
    if (entries.length === 0) return batch.map(({ item }) => ({ item, rows: [] }));
    const readable = batch.flatMap(({ text }) => (text.ok ? [text.json] : []));
    const results = readable.length === 0 ? [] : await runBatch(readable, runOptions);
    const makers = groups.map((group) =>
      createRowMaker(group, { selectAll: runOptions.selectAll, whyNotRun: breaches.reason }),
    );
    const queue = results[Symbol.iterator]();
    return batch.map(({ item, text }) => {
      const result: DocumentResult = text.ok
        ? (queue.next().value ?? [])
        : groups.map(() => ({ type: 'unreadable', message: text.message }));
      const rows = new Map(
        result.flatMap((groupResult, index) => [...(makers[index]?.(groupResult, item.value) ?? [])]),
      );
      return { item, rows: entries.flatMap((parsed) => rows.get(parsed) ?? []) };
    });
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

interface Document {
  readonly item: RawItem;
  readonly text: { readonly ok: true; readonly json: string } | { readonly ok: false; readonly message: string };
}

/** Splits items into batches by number and by size, so that large items do not make a run too large. */
function batchesOf(items: readonly RawItem[], maxItems: number): readonly (readonly Document[])[] {
  const batches: Document[][] = [];
  let batch: Document[] = [];
  let size = 0;
  for (const item of items) {
    const document = { item, text: textOf(item) };
    const chars = document.text.ok ? document.text.json.length : 0;
    if (batch.length > 0 && (batch.length >= maxItems || size + chars > MAX_BATCH_CHARS)) {
      batches.push(batch);
      batch = [];
      size = 0;
    }
    batch.push(document);
    size += chars;
  }
  return batch.length === 0 ? batches : [...batches, batch];
}

function textOf(item: RawItem): Document['text'] {
  try {
    return { ok: true, json: repairSurrogates(exactJson(item.value)) };
  } catch (error) {
    return { ok: false, message: `it cannot be written as JSON: ${messageOf(error)}` }; // nested deeper than the stack
  }
}

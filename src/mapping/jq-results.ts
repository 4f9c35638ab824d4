import { messageOf } from '../core/errors.ts';
import { exactJson } from '../core/exact-json.ts';
import type { RawItem } from '../core/model.ts';
import { type BatchRunOptions, type DocumentResult, runBatch } from './batch-run.ts';
import { repairSurrogates } from './surrogates.ts';

const MAX_BATCH_CHARS = 4 * 1024 * 1024;

/** The results of groups on items, computed by jq. Starts nothing when there is no item or no group. */
export async function resultsOfJq(
  items: readonly RawItem[],
  options: BatchRunOptions & { readonly batchItems: number },
): Promise<ReadonlyMap<RawItem, DocumentResult>> {
  if (options.groups.length === 0) return new Map();
  const batches = batchesOf(items, options.batchItems);
  const results = await Promise.all(batches.map((batch) => resultsOfBatch(batch, options)));
  return new Map(results.flat());
}

async function resultsOfBatch(
  batch: readonly Document[],
  options: BatchRunOptions,
): Promise<readonly (readonly [RawItem, DocumentResult])[]> {
  const readable = batch.flatMap(({ text }) => (text.ok ? [text.json] : []));
  const results = readable.length === 0 ? [] : await runBatch(readable, options);
  const queue = results[Symbol.iterator]();
  return batch.map(({ item, text }) => {
    if (text.ok) return [item, queue.next().value ?? []];
    const { message } = text;
    return [item, options.groups.map(() => ({ type: 'unreadable', message }))];
  });
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

import { z } from 'zod';
import type { Kind, RawItem } from '../../core/model.ts';
import type { PortApi } from '../api.ts';
import { integrationPath } from './integration-reader.ts';
import type { Job } from './job-queue.ts';
import type { Mask } from './mask.ts';

const EXAMPLES = 5;
/** Port's limit is 1 MiB per request. Larger examples are of no use in a mapping editor. */
const MAX_BYTES = 512 * 1024;
const anyAnswer = z.unknown();

/** Collects the first raw items of each kind, masked, for Port's mapping editor: once per run and kind. */
export interface ExampleCollector {
  take(kind: Kind, items: readonly RawItem[]): void;
  /** The kind has no more items. */
  finish(kind: Kind): void;
}

export function collectExamples(options: {
  readonly api: PortApi;
  readonly identifier: string;
  readonly mask: Mask;
  /** Called with one job per kind. */
  readonly add: (job: Job) => void;
}): ExampleCollector {
  const { api, identifier, mask, add } = options;
  const gathered = new Map<Kind, readonly unknown[]>();
  const sent = new Set<Kind>();

  function finish(kind: Kind): void {
    const examples = gathered.get(kind) ?? [];
    if (sent.has(kind) || examples.length === 0) return;
    sent.add(kind);
    gathered.delete(kind);
    const path = `${integrationPath(identifier)}/kinds/${encodeURIComponent(kind)}/examples`;
    add(async (signal) => {
      await api.call({ method: 'POST', path, body: { examples } }, anyAnswer, signal);
    });
  }

  return {
    take(kind, items) {
      if (sent.has(kind)) return;
      const examples = [...(gathered.get(kind) ?? [])];
      for (const { value } of items.slice(0, EXAMPLES - examples.length)) {
        const masked = mask.value(value);
        if (bytesOf([...examples, masked]) <= MAX_BYTES) examples.push(masked);
      }
      gathered.set(kind, examples);
      if (examples.length >= EXAMPLES) finish(kind);
    },
    finish,
  };
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

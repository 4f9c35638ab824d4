import type { Journal } from '../core/journal.ts';
import type { LeftOutStore } from '../core/left-out.ts';
import type { RunQueue } from '../core/run-queue.ts';
import type { Explanation, Recollection } from './explain/document.ts';
import { explain } from './explain/explain.ts';
import type { ExplainParts } from './explain/parts.ts';
import { recallOf } from './explain/recollection.ts';
import { findEntities } from './find-entities.ts';
import type { FoundNames } from './found-names.ts';

/** Answers about single entities, for the routes. */
export interface EntityAnswers {
  find(q: string, signal: AbortSignal): Promise<FoundNames>;
  explain(blueprint: string, identifier: string, signal: AbortSignal): Promise<Explanation>;
  /** What runs did with the entity. */
  recall(blueprint: string, identifier: string): Promise<Recollection>;
}

export function createEntityAnswers(
  parts: ExplainParts,
  memory: {
    readonly queue: Pick<RunQueue, 'list'>;
    readonly journal: Journal;
    readonly leftOut?: LeftOutStore | undefined;
  },
): EntityAnswers {
  const recall = recallOf(memory.queue, memory.journal);
  return {
    find: (q, signal) => findEntities(parts, memory, q, signal),
    explain: (blueprint, identifier, signal) => explain(parts, { blueprint, identifier }, recall, signal),
    recall,
  };
}

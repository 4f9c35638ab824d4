import { get } from '../../api/client.ts';
import type { Explanation } from '../../api/documents.ts';
import { type Loaded, useLoad } from '../../api/use-load.ts';

/** An explanation reads from both APIs, and so many a minute are allowed: nobody wants those of rows that are passed by. */
const PASSING_MS = 500;
const KEPT = 50;

const kept = new Map<string, Explanation>();

/** What the mapping makes of an entity's items now. */
export function useExplanation(blueprint: string, identifier: string): Loaded<Explanation> {
  const path = `v1/entities/${encodeURIComponent(blueprint)}/${encodeURIComponent(identifier)}`;
  return useLoad(path, async (signal) => {
    const known = kept.get(path);
    if (known !== undefined) return known;
    await new Promise((resolve) => setTimeout(resolve, PASSING_MS));
    signal.throwIfAborted();
    const explanation = await get<Explanation>(path, { signal });
    const [oldest] = kept.keys();
    if (oldest !== undefined && kept.size >= KEPT) kept.delete(oldest);
    kept.set(path, explanation);
    return explanation;
  });
}

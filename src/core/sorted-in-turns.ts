import { yieldToEventLoop } from './yield-to-event-loop.ts';

const TEXTS_PER_TURN = 5_000;

/** A sorted copy of very many texts: short pieces are sorted and then merged, with pauses. Same order as `sort()`. */
export async function sortedInTurns(texts: readonly string[]): Promise<readonly string[]> {
  let pieces: (readonly string[])[] = [];
  for (let start = 0; start < texts.length; start += TEXTS_PER_TURN) {
    pieces.push(texts.slice(start, start + TEXTS_PER_TURN).sort());
    await yieldToEventLoop();
  }
  while (pieces.length > 1) {
    const merged: (readonly string[])[] = [];
    for (let at = 0; at < pieces.length; at += 2) merged.push(await merge(pieces[at] ?? [], pieces[at + 1] ?? []));
    pieces = merged;
  }
  return pieces[0] ?? [];
}

async function merge(one: readonly string[], other: readonly string[]): Promise<readonly string[]> {
  const merged: string[] = [];
  let [atOne, atOther] = [0, 0];
  while (merged.length < one.length + other.length) {
    if (merged.length % TEXTS_PER_TURN === 0) await yieldToEventLoop();
    const [a, b] = [one[atOne], other[atOther]];
    if (b === undefined || (a !== undefined && a <= b)) {
      merged.push(a ?? '');
      atOne += 1;
    } else {
      merged.push(b);
      atOther += 1;
    }
  }
  return merged;
}

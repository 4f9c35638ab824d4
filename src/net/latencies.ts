/** Differences below this are our own event loop, not the host. */
const SLACK_MS = 5;
/** How far the least latency falls to a lower one: one quick round may be chance. */
const FALL = 0.3;
/** Of how many kinds of work the latency is known at most. */
const MAX_KINDS_OF_WORK = 32;

/**
 * How slow the answers of a round were: about 1 when as fast as ever, 2 when they took twice as long.
 * @param times of each kind of work, how long its answers took
 * @param calmMs the latency of each kind of work when the host is not busy; towards a lower one it falls here
 * @returns and what makes these times the ones of a host that is not busy, although they are longer
 */
export function slownessOf(
  times: ReadonlyMap<string, readonly number[]>,
  calmMs: Map<string, number>,
): { readonly slowness: number; accept(): void } {
  let answers = 0;
  let sum = 0;
  for (const [work, took] of times) {
    const now = lowerQuartile(took);
    const known = calmMs.get(work) ?? now;
    const calm = known + Math.min(0, now - known) * FALL;
    note(calmMs, work, calm);
    answers += took.length;
    sum += took.length * Math.max(1, (now - SLACK_MS) / Math.max(1, calm));
  }
  return {
    slowness: answers === 0 ? 1 : sum / answers,
    accept() {
      for (const [work, took] of times) note(calmMs, work, lowerQuartile(took));
    },
  };
}

/** When requests queue at the host all answers are late. Single late ones are jitter, and do not move the quartile. */
function lowerQuartile(took: readonly number[]): number {
  const sorted = [...took].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 4)] ?? 0;
}

/** The kinds of work that have not been seen for longest are forgotten. */
function note(calmMs: Map<string, number>, work: string, ms: number): void {
  calmMs.delete(work);
  calmMs.set(work, ms);
  const [oldest] = calmMs.keys();
  if (calmMs.size > MAX_KINDS_OF_WORK && oldest !== undefined) calmMs.delete(oldest);
}

/** Requests that should take about as long as each other: the same method and last part of the path, and a body of about the same size. */
export function workOf(method: string, path: string, bodyBytes: number): string {
  const size = bodyBytes === 0 ? 0 : Math.floor(Math.log2(bodyBytes) / 2);
  return `${method} ${path.slice(path.lastIndexOf('/'))} ${size}`;
}

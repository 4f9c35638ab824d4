import type { BlueprintState } from './blueprint-state.ts';
import { creates, type Extraction, extractionsWriting } from './run.ts';
import type { Absence } from './source.ts';
import { timeOf } from './time.ts';

/**
 * What it means for one entity that a listing did not give it: it is gone, it is too old to be kept, or nothing can be
 * said (its time is not known, or lies where nobody looked).
 * @param time the entity's own time in milliseconds, as far as it keeps one
 */
export function judgeAbsence(absence: Absence, time: number | undefined, now: number): 'gone' | 'expired' | 'unknown' {
  switch (absence.means) {
    case 'gone':
      return 'gone';
    case 'nothing':
      return 'unknown';
    case 'gone_within': {
      if (time === undefined) return 'unknown';
      const { fromSeconds, toSeconds, keepMs } = absence;
      if (time >= fromSeconds * 1000 && time <= toSeconds * 1000) return 'gone';
      return keepMs !== null && time < fromSeconds * 1000 && time + keepMs < now ? 'expired' : 'unknown';
    }
  }
}

/**
 * Keeps from deletion what no listing could show: entities whose time lies outside the window that was read, and those of
 * a blueprint that nothing creates. Notes which ones are older than their kind keeps them.
 */
export function protectOutsideWindow(state: BlueprintState, extractions: readonly Extraction[], now: Date): void {
  const writing = extractionsWriting(extractions, state.shape.identifier);
  const creating = writing.filter(creates);
  const judges = creating.map((extraction) => ({ extraction, absence: extraction.listing.absence(now) }));
  const isPlain = judges.length > 0 && judges.every(({ absence }) => absence.means === 'gone');
  if (isPlain || writing.length === 0) return;
  for (const identifier of state.stale()) {
    const verdicts = judges.map(({ extraction, absence }) => {
      const time =
        absence.means === 'gone_within' ? state.partsOf(extraction, identifier)[absence.timePart] : undefined;
      return judgeAbsence(absence, timeOf(time), now.getTime());
    });
    if (verdicts.length === 0 || verdicts.includes('unknown')) state.protect(identifier);
    else if (verdicts.includes('expired')) state.expired.add(identifier);
  }
}

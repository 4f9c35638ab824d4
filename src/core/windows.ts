import type { BlueprintState } from './blueprint-state.ts';
import { creates, type Extraction, extractionsWriting } from './run.ts';
import type { Absence } from './source.ts';
import { timeOf } from './time.ts';

/**
 * What it means that a listing did not give an entity: it is gone, it has expired, or nothing is known (its time is not
 * known, or is outside the window).
 * @param time the entity's own time in milliseconds; undefined: it has none
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
 * Protects entities that no listing could show from deletion: those whose time is outside the window that was read, and
 * those of a blueprint that no extraction creates. Records which have expired.
 * @param times when the run began and when it decides. An entity is protected where they disagree, because a clock may be
 * set, and a window passes on while it is read.
 */
export function protectOutsideWindow(
  state: BlueprintState,
  extractions: readonly Extraction[],
  times: readonly Date[],
): void {
  const writing = extractionsWriting(extractions, state.shape.identifier);
  const creating = writing.filter(creates);
  const isPlain =
    creating.length > 0 && creating.every(({ listing }) => times.every((now) => listing.absence(now).means === 'gone'));
  if (isPlain || writing.length === 0) return;
  for (const identifier of state.stale()) {
    const verdicts = creating.map((extraction) => judgeAt(times, state, extraction, identifier));
    if (verdicts.length === 0 || verdicts.includes('unknown')) state.protect(identifier);
    else if (verdicts.includes('expired')) state.expired.add(identifier);
  }
}

function judgeAt(times: readonly Date[], state: BlueprintState, extraction: Extraction, identifier: string) {
  const [verdict = 'unknown', ...others] = times.map((now) => {
    const absence = extraction.listing.absence(now);
    const time = absence.means === 'gone_within' ? state.partsOf(extraction, identifier)[absence.timePart] : undefined;
    return judgeAbsence(absence, timeOf(time), now.getTime());
  });
  return others.every((other) => other === verdict) ? verdict : 'unknown';
}

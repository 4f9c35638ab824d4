import type { StoredEntity } from '../../core/model.ts';
import { creates, type Extraction } from '../../core/run.ts';
import { timeOf } from '../../core/time.ts';
import { judgeAbsence } from '../../core/windows.ts';
import type { Facts } from './facts.ts';
import { placeInPort } from './places.ts';

/** What it means that no item gives the entity: gone, expired, or nothing, because it lies outside of what is shown. */
export function absenceOf(writing: readonly Extraction[], stored: Facts['stored'], now: Date): Facts['absence'] {
  if (!stored) return 'gone';
  const verdicts = writing.filter(creates).map((extraction) => {
    const absence = extraction.listing.absence(now);
    return judgeAbsence(absence, ownTime(extraction, stored, now), now.getTime());
  });
  if (verdicts.includes('unknown')) return 'unknown';
  return verdicts.includes('expired') ? 'expired' : 'gone';
}

/** Whether the entity began before the window of the listing, so that asking for it is of no use; Komodor refuses that. */
export function isBeforeWindow(extraction: Extraction, stored: StoredEntity, now: Date): boolean {
  const absence = extraction.listing.absence(now);
  const time = ownTime(extraction, stored, now);
  return absence.means === 'gone_within' && time !== undefined && time < absence.fromSeconds * 1000;
}

function ownTime(extraction: Extraction, stored: StoredEntity, now: Date): number | undefined {
  const absence = extraction.listing.absence(now);
  return absence.means === 'gone_within' ? timeOf(placeInPort(extraction, stored)[absence.timePart]) : undefined;
}

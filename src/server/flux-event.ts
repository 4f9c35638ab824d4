import { z } from 'zod';
import { SIGNATURE_WINDOW_MS } from './signatures.ts';

const eventSchema = z.object({
  reason: z.string().optional().catch(undefined),
  timestamp: z.iso.datetime({ offset: true }).optional().catch(undefined),
});

/** Whether an event of Flux's notification controller demands a resync, and why or why not. */
export function readFluxEvent(body: unknown, now: number): { asksForResync: boolean; reason: string } {
  const event = eventSchema.safeParse(body).data;
  if (event?.reason !== 'ReconciliationSucceeded') return { asksForResync: false, reason: 'nothing was reconciled' };
  // The signature covers no other time, so an old event may be a replayed one.
  if (event.timestamp !== undefined && Math.abs(now - Date.parse(event.timestamp)) > SIGNATURE_WINDOW_MS) {
    return { asksForResync: false, reason: 'it is too old, or from the future' };
  }
  return { asksForResync: true, reason: '' };
}

import { z } from 'zod';
import type { JsonObject } from '../core/model.ts';
import type { Place } from '../core/source.ts';
import { timeOf } from '../core/time.ts';

const text = z.string().min(1).optional().catch(undefined);
const Named = z.object({ namespace: z.string(), name: z.string() }).optional().catch(undefined);
const Derived = z
  .object({ id: text, cluster: text, about: Named, service: z.object({ kind: text }).optional().catch(undefined) })
  .catch({});

/** The values under `_` of a kind that is read in windows. */
export function derivedOf(row: JsonObject): z.infer<typeof Derived> {
  return Derived.parse(row._ ?? {});
}

/** A place of the parts that are text, with the start time in seconds. */
export function placeInTime(parts: { readonly [part: string]: unknown }, startTime: unknown): Place {
  const second = secondOf(startTime);
  const told = Object.entries({ ...parts, startTime: second === undefined ? undefined : String(second) });
  return Object.fromEntries(
    told.flatMap(([part, value]) => (typeof value === 'string' && value !== '' ? [[part, value]] : [])),
  );
}

/** Parses a time of a row or an entity, in seconds since 1970; undefined for anything else. */
export function secondOf(time: unknown): number | undefined {
  const moment = timeOf(time);
  return moment === undefined ? undefined : Math.floor(moment / 1000);
}

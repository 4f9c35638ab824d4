import { z } from 'zod';
import type { JsonObject } from '../core/model.ts';
import type { Place } from '../core/source.ts';
import { timeOf } from '../core/time.ts';

const text = z.string().min(1).optional().catch(undefined);
const Named = z.object({ namespace: z.string(), name: z.string() }).optional().catch(undefined);
const Derived = z
  .object({ id: text, cluster: text, about: Named, service: z.object({ kind: text }).optional().catch(undefined) })
  .catch({});

/** What a kind that is read in windows puts under `_`. */
export function derivedOf(row: JsonObject): z.infer<typeof Derived> {
  return Derived.parse(row._ ?? {});
}

/** The parts of a place that are told, with the second at which its thing began. */
export function placeInTime(parts: { readonly [part: string]: unknown }, startTime: unknown): Place {
  const second = secondOf(startTime);
  const told = Object.entries({ ...parts, startTime: second === undefined ? undefined : String(second) });
  return Object.fromEntries(
    told.flatMap(([part, value]) => (typeof value === 'string' && value !== '' ? [[part, value]] : [])),
  );
}

/** A time as a row or an entity has it, in whole seconds since 1970; undefined for anything else. */
export function secondOf(time: unknown): number | undefined {
  const moment = timeOf(time);
  return moment === undefined ? undefined : Math.floor(moment / 1000);
}

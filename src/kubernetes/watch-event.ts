import { z } from 'zod';
import type { JsonObject } from '../core/model.ts';
import { type Status, statusOf } from './status.ts';

/** One event of a watch. `version`: what to go on from, if it says so. */
export type WatchEvent =
  | { readonly type: 'changed' | 'gone'; readonly object: JsonObject; readonly version: string | undefined }
  | { readonly type: 'bookmark' | 'other'; readonly version: string | undefined }
  | { readonly type: 'error'; readonly status: Status };

const EventSchema = z.looseObject({
  type: z.string(),
  object: z.custom<JsonObject>((value) => typeof value === 'object' && value !== null),
});
const VersionSchema = z.looseObject({ metadata: z.looseObject({ resourceVersion: z.string().min(1) }) });

const TYPES = { ADDED: 'changed', MODIFIED: 'changed', DELETED: 'gone', BOOKMARK: 'bookmark' } as const;

/** The resourceVersion of an object, or of a list. */
export function readVersion(value: unknown): string | undefined {
  return VersionSchema.safeParse(value).data?.metadata.resourceVersion;
}

/** An event, from a line of a watch. What is none of those that we know changes nothing. */
export function watchEvent(value: unknown): WatchEvent {
  const parsed = EventSchema.safeParse(value).data;
  if (parsed?.type === 'ERROR') return { type: 'error', status: statusOf(value) ?? UNTOLD };
  const type = Object.entries(TYPES).find(([name]) => name === parsed?.type)?.[1];
  const version = readVersion(parsed?.object);
  if (parsed === undefined || type === undefined) return { type: 'other', version: undefined };
  return type === 'bookmark' ? { type, version } : { type, object: parsed.object, version };
}

const UNTOLD: Status = { code: 0, reason: '', message: 'an ERROR event that says nothing', causes: [] };

import { z } from 'zod';
import type { RunCause } from '../core/report.ts';
import { SIGNATURE_WINDOW_MS } from './signatures.ts';

/** What an event of Flux's notification controller asks for. */
export type FluxEvent =
  /** `key`: the same for all events of one commit; undefined: its revision names no commit, as a chart's version stays when its values change. */
  | { readonly type: 'resync'; readonly key: string | undefined; readonly cause: RunCause }
  | { readonly type: 'ignored'; readonly reason: string };

const text = z.string().catch('');

const eventSchema = z.object({
  reason: text,
  timestamp: z.iso.datetime({ offset: true }).optional().catch(undefined),
  involvedObject: z.object({ kind: text, namespace: text, name: text }).catch({ kind: '', namespace: '', name: '' }),
  metadata: z.record(z.string(), z.unknown()).catch({}),
});

/** A Kustomization that was applied, a HelmRelease that was installed or upgraded. */
const SUCCESSES: readonly string[] = ['ReconciliationSucceeded', 'InstallSucceeded', 'UpgradeSucceeded'];

/** No name of Flux or of Git is longer. */
const MAX_LENGTH = 300;

/**
 * Reads an event of Flux. One commit leads to several (of every Kustomization and HelmRelease that has it, some of them twice),
 * but to one resync.
 */
export function readFluxEvent(body: unknown, now: number): FluxEvent {
  const event = eventSchema.safeParse(body).data;
  if (event === undefined || !SUCCESSES.includes(event.reason)) return ignored('nothing was reconciled');
  // The signature covers no other time, so an old event may be a replayed one.
  if (event.timestamp !== undefined && Math.abs(now - Date.parse(event.timestamp)) > SIGNATURE_WINDOW_MS) {
    return ignored('it is too old, or from the future');
  }
  const { kind, namespace, name } = event.involvedObject;
  const object = [kind, namespace, name].filter((part) => part !== '').join('/');
  const revision = revisionOf(event.metadata);
  const cause = { object: object.slice(0, MAX_LENGTH), revision: revision.slice(0, MAX_LENGTH), reason: event.reason };
  return { type: 'resync', key: commitOf(revision), cause: { source: 'flux', ...cause } };
}

function ignored(reason: string): FluxEvent {
  return { type: 'ignored', reason };
}

/** Flux 2: `revision`; its first versions wrote the group of the controller before it. */
function revisionOf(metadata: Readonly<Record<string, unknown>>): string {
  const [, revision] = Object.entries(metadata).find(([key]) => key === 'revision' || key.endsWith('/revision')) ?? [];
  return typeof revision === 'string' ? revision : '';
}

/**
 * What all revisions of one commit (or of one OCI artifact) have in common. A source says `main@sha1:<40 digits>` or
 * `latest@sha256:<64 digits>`, a chart from it `0.1.0+<the first 12>`.
 */
function commitOf(revision: string): string | undefined {
  return /(?:\bsha(?:1|256):|\+)([0-9a-f]{12})/.exec(revision)?.[1];
}

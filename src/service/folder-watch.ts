import { type FSWatcher, watch } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAbort, messageOf } from '../core/errors.ts';
import type { RunQueue } from '../core/run-queue.ts';
import { CATALOG_KINDS, type FolderSource } from '../manifests/source.ts';
import type { Log } from '../port/reporting/log.ts';
import type { ServiceComponents } from './components.ts';
import { retryUntilQueueReady } from './request-resync.ts';

export interface FolderWatchOptions {
  readonly folder: Pick<FolderSource, 'path' | 'print' | 'digest'>;
  /** Called when the content of the folder, or what is wrong with it, has changed. May throw: then it is called again. */
  readonly onChange: (digest: string) => Promise<void>;
  readonly log: Log;
  /** The time between two looks at names, sizes and times. */
  readonly pollMs?: number;
  /** The time between two looks at the content, which finds what names, sizes and times do not show. */
  readonly digestMs?: number;
  /** How long nothing must have changed before a change counts. */
  readonly settleMs?: number;
}

/** A folder in which something changes all the time is looked at nevertheless. */
const MAX_SETTLING = 10;
/** A look takes at most this share of the time. */
const POLL_SHARE = 20;

/**
 * Tells when a folder changes. What the operating system says only shortens the wait: it says nothing about NFS, and a mount
 * that is swapped as a whole leaves it watching the old one. A broken state is told once, like any other.
 * @returns when the signal aborts
 */
export async function watchFolder(options: FolderWatchOptions, signal: AbortSignal): Promise<void> {
  const { folder, onChange, log, pollMs = 2000, digestMs = 60_000, settleMs = 1000 } = options;
  let seen = { print: '', digest: '', at: 0 };
  const look = async () => ({ print: await folder.print(signal), digest: await folder.digest(signal), at: Date.now() });
  try {
    seen = await look();
    while (!signal.aborted) {
      const startedAt = Date.now();
      const isChanged = (await folder.print(signal)) !== seen.print || startedAt - seen.at >= digestMs;
      const cost = Date.now() - startedAt;
      if (!isChanged) {
        await wake(folder.path, Math.max(pollMs, cost * POLL_SHARE), signal);
        continue;
      }
      await settled(folder, settleMs, signal);
      const now = await look();
      if (now.digest !== seen.digest && !(await told(onChange, now.digest, log))) {
        await sleep(pollMs, undefined, { signal });
        continue;
      }
      seen = now;
    }
  } catch (error) {
    if (!isAbort(error, signal)) throw error;
  }
}

async function told(
  onChange: FolderWatchOptions['onChange'],
  digest: string,
  log: FolderWatchOptions['log'],
): Promise<boolean> {
  try {
    await onChange(digest);
    return true;
  } catch (error) {
    log('warn', 'the change of the folder could not be told, and is told again', { detail: messageOf(error) });
    return false;
  }
}

/** Waits until nothing has changed for a moment. */
async function settled(folder: FolderWatchOptions['folder'], settleMs: number, signal: AbortSignal): Promise<void> {
  let before = await folder.print(signal);
  for (let round = 0; round < MAX_SETTLING; round += 1) {
    await sleep(settleMs, undefined, { signal });
    const now = await folder.print(signal);
    if (now === before) return;
    before = now;
  }
}

/** Waits, but not longer than until something happens in the folder itself. */
async function wake(path: string, ms: number, signal: AbortSignal): Promise<void> {
  const woken = new AbortController();
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(path, { persistent: false }, () => woken.abort());
    watcher.on('error', () => undefined);
  } catch {
    // Not there, or no more watches: the look after the wait finds what changed.
  }
  await sleep(ms, undefined, { signal: AbortSignal.any([signal, woken.signal]) }).catch(() => undefined);
  watcher?.close();
}

/** Asks for a resync of the kinds of the folder whenever it changes. Every replica asks for its own copy of the folder. */
export async function watchCatalog(
  { application, log }: Pick<ServiceComponents, 'application' | 'log'>,
  queue: RunQueue,
  signal: AbortSignal,
): Promise<void> {
  const { folder } = application;
  if (folder === undefined) return;
  const order = { mode: 'resync', trigger: 'watch', kinds: CATALOG_KINDS, approveDeletions: [] } as const;
  await watchFolder(
    {
      folder,
      log,
      async onChange(digest) {
        log('info', 'the folder of manifests has changed', { folder: folder.path, digest: digest.slice(0, 12) });
        // A run that reads already may have read the old state. Not once per digest: a change may be taken back.
        await retryUntilQueueReady(() => queue.request(order, { startAfterNow: true }), signal);
      },
    },
    signal,
  ).catch((error: unknown) => log('error', 'the folder of manifests is not watched any more', { err: error }));
}

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApplication } from '../src/compose.ts';
import type { RunReport } from '../src/core/report.ts';
import { type BusyWatch, watchBusyLoop } from './busy-loop.ts';
import type { Setup } from './scenarios.ts';
import { settingsFor } from './settings.ts';
import { startStandInProcess } from './stand-in-process.ts';
import { heading, print, table, whole } from './table.ts';

/** Longer than this nothing may keep the service from answering. */
const LIMIT_MS = 200;
/** A turn that is long by itself is long each time; a collection of garbage may fall into any. */
const ATTEMPTS = 3;
const CLUSTERS = 5;

export interface Turn {
  readonly name: string;
  readonly status: string;
  readonly longestMs: number;
}

/** A mapping file whose services and risks are all called otherwise. */
function renamed(mapping: string): string {
  const changed = mapping
    .replace('then join("-")', 'then join("-") + "-renamed"')
    .replace(/^( {10}identifier: )\.id$/m, '$1.id + "-renamed"');
  if (changed.split('-renamed').length !== 3)
    throw new Error('the shipped mapping has changed: rename both identifiers here');
  return changed;
}

/**
 * The longest turn of the event loop with many entities: in a first run, an unchanged one, a plan, and when somebody edits
 * the identifiers, so that everything is new and everything is to go. Fails above the limit.
 */
export async function loop({ loopEntities, seed }: Setup) {
  const folder = mkdtempSync(join(tmpdir(), 'komodor-port-bench-'));
  const services = Math.round(loopEntities / 2);
  const standIns = await startStandInProcess({ seed, services, risksPerService: 1, clusters: CLUSTERS, latencyMs: 0 });
  const watch = watchBusyLoop();
  try {
    const turns = await longestTurns(standIns.environment, watch, folder);
    printTurns(loopEntities, turns);
    return turns;
  } finally {
    watch.stop();
    standIns.close();
    rmSync(folder, { recursive: true });
  }
}

export function printTurns(entities: number, turns: readonly Turn[]): void {
  heading(`The longest turn of the event loop, ${whole(entities)} entities`);
  table(
    ['', 'ended', 'ms'],
    turns.map(({ name, status, longestMs }) => [name, status, whole(longestMs)]),
  );
  const tooLong = turns.filter(({ longestMs }) => longestMs > LIMIT_MS);
  if (tooLong.length === 0) return;
  print(`Above ${LIMIT_MS} ms: ${tooLong.map(({ name }) => name).join(', ')}`);
  process.exitCode = 1;
}

/** @param environment settings that lead to the stand-ins */
export async function longestTurns(
  environment: Readonly<Record<string, string>>,
  watch: BusyWatch,
  folder: string,
): Promise<readonly Turn[]> {
  const shipped = readFileSync(new URL('../mappings/komodor.yaml', import.meta.url), 'utf8');
  async function once(name: string, mode: RunReport['mode'], mapping: string): Promise<Turn> {
    const path = join(folder, 'mapping.yaml');
    writeFileSync(path, mapping);
    const settings = settingsFor({ ...environment, MAPPING_SOURCE: 'file', MAPPING_PATH: path });
    const application = await createApplication(settings, {});
    watch.reset();
    const { status } = await application.run({ mode, trigger: 'cli' }, new AbortController().signal);
    const longestMs = watch.longestMs();
    application.close();
    return { name, status, longestMs };
  }
  async function best(...of: Parameters<typeof once>): Promise<Turn> {
    let turn = await once(...of);
    for (let attempt = 1; attempt < ATTEMPTS && turn.longestMs > LIMIT_MS; attempt += 1) {
      const again = await once(...of);
      if (again.longestMs < turn.longestMs) turn = again;
    }
    return turn;
  }
  return [
    await once('first run', 'resync', shipped),
    await best('unchanged', 'resync', shipped),
    await best('plan, every identifier edited', 'plan', renamed(shipped)),
    await once('run, every identifier edited', 'resync', renamed(shipped)),
    await best('plan back again', 'plan', shipped),
  ];
}

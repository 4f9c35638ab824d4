import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { TreeUse } from './process-tree.ts';
import { runWatched } from './watched-run.ts';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

const report = z.looseObject({
  status: z.string(),
  durationMs: z.number(),
  blueprints: z.array(z.looseObject({ created: z.number(), updated: z.number(), unchanged: z.number() })),
  problems: z.array(z.looseObject({ code: z.string(), message: z.string() })),
  requests: z.object({ komodor: z.number(), port: z.number(), retries: z.number(), rateLimitWaitMs: z.number() }),
});

export interface Measured extends TreeUse {
  /** What the run report says: from the first request to the last. */
  readonly seconds: number;
  /** From starting the process to its end. */
  readonly processSeconds: number;
  readonly entities: number;
  readonly written: number;
  readonly waitedSeconds: number;
}

/**
 * One resync in a process of its own, by the built program or by another one that prints a report. Throws when it does not
 * end `completed`.
 */
export async function resyncOnce(
  environment: Readonly<Record<string, string>>,
  program: readonly string[] = [CLI, 'resync', '--json'],
): Promise<Measured> {
  const { PATH = '', HOME = '', JQ_PATH, NODE_OPTIONS } = process.env;
  const own = { PATH, HOME, ...(JQ_PATH ? { JQ_PATH } : {}), ...(NODE_OPTIONS ? { NODE_OPTIONS } : {}) };
  const {
    stdout,
    stderr,
    exitCode: _,
    ...use
  } = await runWatched([process.execPath, ...program], {
    ...own,
    ...environment,
    LOG_LEVEL: 'error',
  });
  const { status, durationMs, blueprints, problems, requests } = report.parse(JSON.parse(stdout || '{}'));
  if (status !== 'completed') throw new Error(`the run ended ${status}: ${JSON.stringify(problems)} ${stderr}`);
  const sum = (count: (one: (typeof blueprints)[number]) => number) =>
    blueprints.reduce((all, one) => all + count(one), 0);
  const written = sum(({ created, updated }) => created + updated);
  return {
    ...use,
    seconds: durationMs / 1000,
    written,
    entities: written + sum(({ unchanged }) => unchanged),
    waitedSeconds: requests.rateLimitWaitMs / 1000,
  };
}

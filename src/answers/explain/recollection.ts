import { z } from 'zod';
import type { BlockReason } from '../../core/report.ts';
import type { RunQueue } from '../../core/run-queue.ts';
import type { HistoryRow, Recollection } from './document.ts';

const MAX_ROWS = 20;
/** The last finished resync is among these. */
const MAX_RUNS = 50;

/** The part of the journal that is asked. */
interface EntityHistory {
  history(blueprint: string, identifier: string, limit: number): Promise<readonly HistoryRow[]>;
}

/** Problems of a kind with which nothing is deleted from its blueprints, and the reason as reports name it. */
const HINDERING: { readonly [code: string]: string } = {
  item_rejected: 'rejected',
  items_malformed: 'rejected',
  read_incomplete: 'incomplete',
};

/** What the service remembers of an entity: the journal, and the report of the last finished resync of its blueprint. */
export function recallOf(
  queue: Pick<RunQueue, 'list'>,
  journal: EntityHistory | undefined,
): (blueprint: string, identifier: string) => Promise<Recollection> {
  return async (blueprint, identifier) => {
    const history = (await journal?.history(blueprint, identifier, MAX_ROWS)) ?? [];
    for (const record of await queue.list(MAX_RUNS)) {
      if (record.state !== 'finished' || record.report.mode !== 'resync') continue;
      const { blueprints, problems } = record.report;
      const own = blueprints.find((one) => one.blueprint === blueprint);
      if (!own) continue;
      const blocked = own.deletionBlocked;
      return {
        history,
        heldBack: blocked && { reason: blocked.reason, digest: blocked.digest, count: blocked.count },
        hindrances: problems.flatMap(({ kind, code, message }) => {
          const reason = HINDERING[code];
          return kind === undefined || reason === undefined ? [] : [{ kind, reason, message }];
        }),
        problems: problems
          .filter(({ samples }) => samples.some((sample) => namesEntity(sample, identifier)))
          .map(({ code, message }) => ({ code, message })),
      };
    }
    return { history, heldBack: null, hindrances: [], problems: [] };
  };
}

/** Samples of problems are names, or names with something after them: `NAME: FIRST and SECOND`, `NAME -> TARGET`. */
function namesEntity(sample: string, identifier: string): boolean {
  if (!sample.startsWith(identifier)) return false;
  return /^($|: | -> | \()/.test(sample.slice(identifier.length));
}

const text = z.string();
/** What a service of another version may lack is left out. */
const recollection = z.object({
  history: z
    .array(z.custom<HistoryRow>((row) => typeof row === 'object' && row !== null && 'outcome' in row))
    .catch([]),
  heldBack: z
    .object({ reason: z.custom<BlockReason>((value) => typeof value === 'string'), digest: text, count: z.number() })
    .nullable()
    .catch(null),
  hindrances: z.array(z.object({ kind: text, reason: text, message: text })).catch([]),
  problems: z.array(z.object({ code: text, message: text })).catch([]),
});

/** Parses the answer of the service. @throws Error when it is none */
export function recollectionOf(answer: unknown): Recollection {
  const parsed = recollection.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new Error('the service answered in a shape that this version does not know');
}

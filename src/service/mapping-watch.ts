import { documentDiff } from '../config/document-diff.ts';
import { digestOf } from '../core/canonical.ts';
import { canonicalJson } from '../core/canonical-json.ts';
import type { JsonObject } from '../core/model.ts';
import type { MappingSource } from '../core/ports.ts';
import type { MappingName, Timeline, TimelineEvent } from '../core/timeline.ts';

/** A mapping that was seen, and since when. */
export interface SeenMapping extends MappingName {
  readonly since: string;
}

interface Memo extends SeenMapping {
  /** The mapping without secrets; null: it is too large to be kept. */
  readonly document: unknown;
}

const MAX_DOCUMENT = 256 * 1024;
const MAX_DIFF = 16 * 1024;

export interface MappingWatchOptions {
  readonly timeline: Timeline;
  readonly note: (event: TimelineEvent) => void;
  /** A copy of a value without secrets. */
  readonly mask: (value: unknown) => unknown;
  readonly now?: () => Date;
}

/** A short name of a mapping: equal for mappings that say the same. */
export function mappingDigest(document: JsonObject): string {
  return digestOf('mapping', [canonicalJson(document)]);
}

/**
 * Notices when the mapping has changed, also since before a restart. Every run and every look at Port's integration tells
 * it what mapping there is.
 */
export function createMappingWatch({ timeline, note, mask, now = () => new Date() }: MappingWatchOptions) {
  return {
    /** @throws when the store cannot be reached */
    async seen({ origin, document }: MappingSource): Promise<void> {
      if (document === null) return;
      const digest = mappingDigest(document);
      const known = memoOf(await timeline.recall('mapping'));
      if (known?.digest === digest) return;
      const masked = mask(document);
      const isSmall = JSON.stringify(masked).length <= MAX_DOCUMENT;
      const memo: Memo = { digest, origin, since: now().toISOString(), document: isSmall ? masked : null };
      // Another replica may have noticed at the same time. Only the first one replaces another mapping.
      const before = memoOf(await timeline.replace('mapping', JSON.stringify(memo)));
      if (before === undefined || before.digest === digest) return;
      note({ type: 'mapping', from: nameOf(before), to: nameOf(memo), diff: diffOf(before, memo) });
    },
    /** The mapping that was seen last; null: none yet. @throws when the store cannot be reached */
    async current(): Promise<SeenMapping | null> {
      const memo = memoOf(await timeline.recall('mapping'));
      return memo === undefined ? null : { ...nameOf(memo), since: memo.since };
    },
  };
}

export type MappingWatch = ReturnType<typeof createMappingWatch>;

function nameOf({ digest, origin }: MappingName): MappingName {
  return { digest, origin };
}

function diffOf(before: Memo, after: Memo): string {
  if (before.document === null || after.document === null) return '(the mapping is too large to be compared)';
  const diff = documentDiff(before.document, after.document);
  // Secrets are masked, so two mappings may differ in nothing else.
  if (diff === '') return '(they differ only in values that are not shown)';
  return diff.length > MAX_DIFF ? `${diff.slice(0, MAX_DIFF)}\n… (${diff.length - MAX_DIFF} characters more)` : diff;
}

function memoOf(text: string | null): Memo | undefined {
  try {
    const memo: unknown = JSON.parse(text ?? 'null');
    return isMemo(memo) ? memo : undefined;
  } catch {
    return undefined;
  }
}

function isMemo(value: unknown): value is Memo {
  if (typeof value !== 'object' || value === null || !('document' in value)) return false;
  return ['digest', 'origin', 'since'].every((key) => typeof Reflect.get(value, key) === 'string');
}

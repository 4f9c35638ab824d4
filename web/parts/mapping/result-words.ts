import type { MapDocument } from '../../api/documents.ts';
import type { Word } from '../../ui/words.ts';

export type ResultRow = MapDocument['items'][number]['rows'][number];

interface ResultWords {
  readonly title: string;
  readonly tone: string;
  readonly shape: Word['shape'];
  /** One sentence; empty: there is nothing to explain. */
  readonly why: string;
}

/** What became of an item, in words. */
export function wordsOf({ result, fields, problems }: ResultRow): ResultWords {
  switch (result) {
    case 'entity':
      return { title: 'Entity', tone: 'tone-ok', shape: 'check', why: '' };
    case 'filtered': {
      const saysNo = fields.some(({ path }) => path === 'selector.query') && problems.length === 0;
      const why = saysNo ? 'The selector of this entry says no, so it makes no entity of the item.' : '';
      return { title: 'Left out', tone: 'tone-none', shape: 'ring', why };
    }
    case 'rejected':
      return {
        title: 'Rejected',
        tone: 'tone-bad',
        shape: 'cross',
        why: 'Nothing usable came out. A run deletes nothing of the blueprint while items are rejected.',
      };
  }
}

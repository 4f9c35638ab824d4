import type { Found } from '../../api/documents.ts';
import { pathOf } from '../../router.tsx';

export type FoundRow = Found['entities'][number];

/** Where a found entity is explained in the page; undefined: it has no name in Port. */
export function addressOf({ blueprint, identifier }: Pick<FoundRow, 'blueprint' | 'identifier'>): string | undefined {
  return blueprint === null ? undefined : pathOf('catalog', blueprint, identifier);
}

/** How many were found, in words. */
export function foundText({ entities, more }: Found): string {
  if (entities.length === 0) return 'Nothing was found';
  const missing = entities.filter(({ inPort }) => !inPort).length;
  const count = entities.length === 1 ? '1 name' : `${more ? 'the first ' : ''}${entities.length} names`;
  const not = missing === 0 ? '' : `, ${missing} of them not in Port`;
  return `Found ${count}${not}${more ? '. Type more to see others' : ''}`;
}

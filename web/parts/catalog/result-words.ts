/** What an entry made of an item. */
export const RESULT_WORDS = {
  entity: 'makes an entity of it.',
  filtered: 'leaves it out.',
  rejected: 'cannot make an entity of it.',
} as const;

/** What one set of entities has that the other has not. */
export interface Difference {
  /** In the later set alone. */
  readonly added: readonly string[];
  /** In the earlier set alone. */
  readonly left: readonly string[];
  readonly both: number;
}

/** @param before identifiers of what was shown @param now identifiers of what is held now */
export function differenceOf(before: readonly string[], now: readonly string[]): Difference {
  const earlier = new Set(before);
  const later = new Set(now);
  const added = [...later].filter((name) => !earlier.has(name));
  const left = [...earlier].filter((name) => !later.has(name));
  return { added, left, both: later.size - added.length };
}

/** `1 came in, 2 are no longer in it` */
export function differenceWords({ added, left }: Difference): string {
  const words = [
    ...(added.length > 0 ? [`${added.length.toLocaleString('en-US')} came in`] : []),
    ...(left.length > 0
      ? [`${left.length.toLocaleString('en-US')} ${left.length === 1 ? 'is' : 'are'} no longer in it`]
      : []),
  ];
  return words.length === 0 ? 'the names are the same' : words.join(', ');
}

/** Finds the known name for a mistyped one. Used for every "did you mean". */

/** How many edits may separate two names. Short names may differ less, because they are similar by chance. */
function allowance(length: number): number {
  if (length < 5) return 0;
  return length < 9 ? 1 : length < 15 ? 2 : 3;
}

/** The name without upper case, dashes and underscores, which people mix up. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.\s]/g, '');
}

/** The most similar known name; undefined when none is similar, or when the name itself is known. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const asked = plain(name);
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    const other = plain(candidate);
    const most = allowance(Math.max(asked.length, other.length));
    if (Math.abs(asked.length - other.length) > most) continue;
    const distance = asked === other ? 0 : distanceOf(asked, other);
    if (distance <= most && (best === undefined || distance < best.distance)) best = { name: candidate, distance };
  }
  return best?.name;
}

/** ` (did you mean …?)`, or nothing, for the end of a sentence about an unknown name. */
export function didYouMean(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return meant === undefined ? '' : ` (did you mean ${meant}?)`;
}

/** How many letters must be changed, added, removed or swapped with their neighbour. */
function distanceOf(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) least = Math.min(least, (before[j - 2] ?? 0) + 1);
      row.push(least);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/**
 * Keeps the first few things by their names' alphabet, for samples: which of them comes first is chance. A name that is kept
 * already is passed over.
 */
export function keepFirst<T>(kept: T[], thing: T, most: number, nameOf: (thing: T) => string): void {
  const name = nameOf(thing);
  const at = kept.findIndex((one) => nameOf(one) >= name);
  const next = kept[at];
  if (next !== undefined && nameOf(next) === name) return;
  if (at === -1 && kept.length >= most) return;
  kept.splice(at === -1 ? kept.length : at, 0, thing);
  if (kept.length > most) kept.pop();
}

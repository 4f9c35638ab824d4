/** How much is shown before the place where two long texts begin to differ. */
const BEFORE = 30;

/** A value as text: JSON, and `nothing` for null. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  return JSON.stringify(value) ?? String(value);
}

/** A text of at most so many characters. */
export function shortText(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

/** Two texts of at most so many characters. Long ones begin shortly before the place where they differ. */
export function shortPair(from: string, to: string, length: number): readonly [string, string] {
  let same = 0;
  if (from.length > length || to.length > length) while (same < from.length && from[same] === to[same]) same += 1;
  const start = Math.max(0, same - BEFORE);
  const part = (text: string) =>
    start === 0 ? shortText(text, length) : `…${shortText(text.slice(start), length - 1)}`;
  return [part(from), part(to)];
}

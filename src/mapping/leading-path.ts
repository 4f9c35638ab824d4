/** A step of a jq path in the form of `delpaths`: a key, an index, a slice. */
export type PathStep = string | number | { readonly start: number | null; readonly end: number | null };

const STRING = String.raw`"(?:[^"\\]|\\.)*"`;
const INDEX = String.raw`\[\s*(${STRING}|-?\d*:-?\d*|-?\d+)\s*\]`;
const FIRST_STEP = new RegExp(String.raw`^(?:\.(\w+)|\.${INDEX})`);
const STEP = new RegExp(String.raw`^(?:\.(\w+)|\.?${INDEX})`);
const QUOTED_STEP = new RegExp(String.raw`^\.\s*(${STRING})\??`);
const BINDING = /^\.\s+as\s+\$\w+/;

/**
 * The path from which itemsToParse takes its list. That path is removed from the item, because Port Ocean does so and
 * mappings rely on it. As in Ocean, it is the path at the beginning of the first part between pipes, except `. as $x`, `$x`
 * and `.`. Undefined when no part begins with a path.
 */
export function leadingPath(expression: string): readonly PathStep[] | undefined {
  const text = expression.trim();
  const chain = text.startsWith('(') ? /^\(([^)]*)\)/.exec(text)?.[1] : text;
  for (const part of (chain ?? '').split('|').map((one) => one.trim())) {
    if (part === '.' || part.startsWith('$') || BINDING.test(part)) continue;
    if (/^\.(?:\w|\[[^\]])/.test(part)) return stepsOf(part, FIRST_STEP);
  }
  // Ocean does not recognize such a path and drops the item.
  return stepsOf(text.replace(/^[\s(]+/, ''), QUOTED_STEP);
}

/** The steps at the beginning of a text; undefined when there are none, or when a step is computed. */
function stepsOf(text: string, first: RegExp): readonly PathStep[] | undefined {
  const path: PathStep[] = [];
  let rest = text;
  for (let found = first.exec(rest); found !== null; found = STEP.exec(rest)) {
    const [matched, word, index] = found;
    const step = word === undefined || word.startsWith('"') ? literal(word ?? index ?? '') : word;
    if (step === undefined) return undefined;
    path.push(step);
    rest = rest.slice(matched.length);
  }
  return path.length === 0 || /^\.?\[[^\]]/.test(rest) ? undefined : path;
}

function literal(text: string): PathStep | undefined {
  const [, start, end] = /^(-?\d*):(-?\d*)$/.exec(text) ?? [];
  if (start !== undefined && end !== undefined) return { start: bound(start), end: bound(end) };
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' || typeof value === 'number' ? value : undefined;
  } catch {
    return undefined; // interpolated
  }
}

function bound(text: string): number | null {
  return text === '' ? null : Number(text);
}

const STEP = /^\s*(?:\.\s*([A-Za-z_][A-Za-z0-9_]*)|\.\s*("(?:[^"\\]|\\.)*")|\.?\s*\[\s*("(?:[^"\\]|\\.)*")\s*\])\s*\??/;
const END = /^\s*(?:$|\||\/\/)/;

/**
 * The path that an expression begins with when all of its value comes from there: `.a.b` of `.a.b | map(.c)`, also
 * `."my-key"`, `.["k"]` and `(.a // []) | …`. Undefined when the text does not begin so.
 */
export function leadingPath(expression: string): readonly string[] | undefined {
  let rest = expression.replace(/^[\s(]+/, '');
  if (!rest.startsWith('.')) return undefined;
  const path: string[] = [];
  for (let step = STEP.exec(rest); step !== null; step = STEP.exec(rest)) {
    const [matched, word, quoted, bracketed] = step;
    const key = word ?? unquoted(quoted ?? bracketed ?? '');
    if (key === undefined) return undefined;
    path.push(key);
    rest = rest.slice(matched.length);
  }
  return path.length > 0 && END.test(rest.replace(/^[\s)]+/, '')) ? path : undefined;
}

function unquoted(literal: string): string | undefined {
  try {
    const value: unknown = JSON.parse(literal);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined; // interpolated
  }
}

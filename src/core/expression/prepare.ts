import { constantOf } from './constant.ts';
import { lex } from './lex.ts';
import { rewriteSingleQuotes } from './single-quotes.ts';

/** An expression in the form for jq, or why it cannot be used. A constant needs no jq. */
export type Prepared =
  | { readonly type: 'constant'; readonly value: unknown; readonly text: string }
  | { readonly type: 'expression'; readonly text: string }
  | { readonly type: 'broken'; readonly message: string };

/** Prepares an expression from the mapping. */
export function prepare(expression: string): Prepared {
  const lexed = lex(rewriteSingleQuotes(expression));
  if (!lexed.ok) return { type: 'broken', message: lexed.message };
  const constant = constantOf(lexed.text);
  if (constant !== undefined) return { type: 'constant', value: constant.value, text: lexed.text };
  return { type: 'expression', text: lexed.text };
}

/**
 * The text of an expression that is a constant, such as `"risk"` or `'risk'`; null for every other expression. All code that
 * needs to know this uses this function.
 */
export function literalText(expression: string): string | null {
  const prepared = prepare(expression);
  return prepared.type === 'constant' && typeof prepared.value === 'string' && prepared.value !== ''
    ? prepared.value
    : null;
}

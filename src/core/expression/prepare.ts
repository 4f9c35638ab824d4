import { constantOf } from './constant.ts';
import { lex } from './lex.ts';
import { rewriteSingleQuotes } from './single-quotes.ts';

/** An expression as jq gets it, or why it cannot be used. A constant needs no jq. */
export type Prepared =
  | { readonly type: 'constant'; readonly value: unknown; readonly text: string }
  | { readonly type: 'expression'; readonly text: string }
  | { readonly type: 'broken'; readonly message: string };

/** Takes the text as it stands in the mapping. */
export function prepare(expression: string): Prepared {
  const lexed = lex(rewriteSingleQuotes(expression));
  if (!lexed.ok) return { type: 'broken', message: lexed.message };
  const constant = constantOf(lexed.text);
  if (constant !== undefined) return { type: 'constant', value: constant.value, text: lexed.text };
  return { type: 'expression', text: lexed.text };
}

/**
 * The text that an expression gives for every item, such as the blueprint of `"risk"` or `'risk'`; null when only jq can
 * tell. The one place that decides it.
 */
export function literalText(expression: string): string | null {
  const prepared = prepare(expression);
  return prepared.type === 'constant' && typeof prepared.value === 'string' && prepared.value !== ''
    ? prepared.value
    : null;
}

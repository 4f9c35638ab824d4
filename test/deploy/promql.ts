/** What a query of PromQL asks for, as far as it can be told from the text. */
export interface Asked {
  /** Names of metrics, without what a histogram adds to them only where `known` has no such name. */
  readonly metrics: readonly string[];
  /** Labels by which it selects, groups or joins. */
  readonly labels: readonly string[];
  /** `metric{label="value"}` and the alternatives of `label=~"a|b"`, without variables of a dashboard. */
  readonly values: readonly { readonly metric: string; readonly label: string; readonly value: string }[];
}

const SELECTOR = /\b([a-zA-Z_:][\w:]*)\{([^}]*)\}/g;
const MATCHER = /(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"/g;
const GROUPING = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g;
const WORDS = new Set(['and', 'or', 'unless', 'offset', 'bool', 'by', 'without', 'on', 'ignoring']);

export function askedBy(query: string): Asked {
  const values = [...query.matchAll(SELECTOR)].flatMap(([, metric = '', matchers = '']) =>
    [...matchers.matchAll(MATCHER)].flatMap(([, label = '', operator, text = '']) =>
      (operator?.endsWith('~') ? text.split('|') : [text]).map((value) => ({ metric, label, value })),
    ),
  );
  const groups = [...query.matchAll(GROUPING)].flatMap(([, names = '']) => names.split(',').map((name) => name.trim()));
  const bare = query
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\{[^}]*\}/g, '')
    .replaceAll(GROUPING, '')
    .replaceAll(/\[[^\]]*\]/g, '');
  const metrics = [...bare.matchAll(/\b([a-zA-Z_:][\w:]*)\b(?!\s*\()/g)].flatMap(([, name = '']) =>
    WORDS.has(name) || /^\d/.test(name) ? [] : [name],
  );
  return {
    metrics: [...new Set(metrics)],
    labels: [...new Set([...groups.filter((name) => name !== ''), ...values.map(({ label }) => label)])],
    values: values.filter(({ value }) => !value.includes('$')),
  };
}

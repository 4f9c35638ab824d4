import type { Explanation } from '../../api/documents.ts';

/** The expression that gives a field of the entity; undefined: it is not known. @param entries those of the row, which go first */
export function expressionOf(
  explained: Pick<Explanation, 'sources'> | undefined,
  path: string,
  entries: readonly string[],
): string | undefined {
  const made = (explained?.sources ?? []).flatMap(({ rows }) => rows).filter(({ result }) => result === 'entity');
  const first = made.filter(({ entry }) => entries.includes(entry));
  for (const { fields } of [...first, ...made]) {
    const field = fields.find((each) => each.path === path);
    if (field !== undefined) return field.expression;
  }
  return undefined;
}

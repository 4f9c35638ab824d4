import { createPatch, OMIT_HEADERS } from 'diff';
import { yamlText } from './yaml-text.ts';

/**
 * The difference of two documents, as YAML with three lines of context around each change.
 * @param before undefined: there is none yet, so every line of `after` is new
 * @returns lines that begin with `-`, `+` or a space; `@@ …` between changes that are far apart
 */
export function documentDiff(before: unknown, after: unknown): string {
  const text = (document: unknown) => (document === undefined ? '' : yamlText(document));
  const patch = createPatch('', text(before), text(after), undefined, undefined, {
    context: 3,
    headerOptions: OMIT_HEADERS,
  });
  return patch.trimEnd();
}

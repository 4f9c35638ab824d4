import { createPatch, OMIT_HEADERS } from 'diff';
import { stringify } from 'yaml';

/**
 * How two documents differ, as YAML with three lines around each change.
 * @param before undefined: there is none yet, and all of the other one comes
 * @returns lines that begin with `-`, `+` or a space; `@@ …` between places that are far apart
 */
export function documentDiff(before: unknown, after: unknown): string {
  const text = (document: unknown) => (document === undefined ? '' : stringify(document, { lineWidth: 0 }));
  const patch = createPatch('', text(before), text(after), undefined, undefined, {
    context: 3,
    headerOptions: OMIT_HEADERS,
  });
  return patch.trimEnd();
}

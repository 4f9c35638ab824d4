import type { MapDocument } from '../../api/documents.ts';

/** A mapping test of an item, that expects what comes out now. JSON is YAML. */
export function testOfItem(kind: string, item: unknown, document: MapDocument | undefined): string {
  const view = document?.items[0];
  const rows = view?.rows ?? [];
  const entities = rows.flatMap(({ entity }) => (entity === undefined ? [] : [entity]));
  const rejected = rows.find(({ result }) => result === 'rejected');
  const failed = rejected?.fields.find(({ error }) => error !== undefined)?.path;
  const expectation =
    entities.length > 0
      ? `expect: ${block(entities.length === 1 ? entities[0] : entities)}`
      : rejected === undefined
        ? 'filtered: true'
        : `rejected: ${failed === undefined ? 'true' : JSON.stringify(failed)}`;
  const name = view?.label ?? 'an item';
  return [
    `  - name: ${JSON.stringify(name)}`,
    `    kind: ${kind}`,
    `    given: ${block(item)}`,
    `    ${expectation}`,
    '',
  ].join('\n');
}

/** The text of tests with one more. */
export function withTest(tests: string, test: string): string {
  const plain = tests.trimEnd();
  return /^tests:/m.test(plain) ? `${plain}\n${test}` : `${plain === '' ? '' : `${plain}\n`}tests:\n${test}`;
}

function block(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll('\n', '\n      ');
}

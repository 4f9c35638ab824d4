import type { JournalRow, NewRow } from '../../src/core/journal.ts';

/** A row of an entity whose status changed. */
export function rowOf(identifier: string, changes: Partial<NewRow> = {}): NewRow {
  return {
    action: 'update',
    outcome: 'done',
    blueprint: 'komodorService',
    identifier,
    title: identifier.toUpperCase(),
    at: '2026-11-27T08:00:00.000Z',
    properties: { status: { from: 'healthy', to: 'unhealthy' } },
    relations: {},
    source: { kind: 'komodorService', item: `Deployment/${identifier}`, entries: ['resources[0]'] },
    ...changes,
  };
}

/** A refusal with what was sent and what came back. */
export function refusalOf(identifier: string): NonNullable<JournalRow['error']> {
  return {
    code: 'invalid_request',
    message: 'no "status"\nhere',
    exchange: {
      request: {
        method: 'POST',
        path: '/blueprints/b/entities/bulk?merge=true',
        body: `{"entities":["${identifier}"]}`,
      },
      answer: { status: 207, body: '{"error":"invalid_request"}' },
    },
  };
}

export function rowsOf(count: number, changes: Partial<NewRow> = {}): readonly NewRow[] {
  return Array.from({ length: count }, (_, at) => rowOf(`service-${String(at).padStart(6, '0')}`, changes));
}

export const identifiersOf = (rows: readonly JournalRow[]) => rows.map(({ identifier }) => identifier);

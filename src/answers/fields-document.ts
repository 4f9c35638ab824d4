import type { CountedField, FieldCount, RunFields } from '../core/field-history.ts';

/** An expression, and what it gave in each run. */
export interface FieldRow extends Omit<CountedField, keyof FieldCount> {
  /** In the order of the runs. null: that run had no such expression, or did not read its kind. */
  readonly cells: readonly (FieldCount | null)[];
}

/** The document of GET /v1/fields. */
export interface FieldsDocument {
  /** The newest first. */
  readonly runs: readonly Omit<RunFields, 'fields'>[];
  readonly fields: readonly FieldRow[];
}

/** Puts the same expression of several runs into one row, also if its entry has moved within the mapping. */
export function fieldsDocument(runs: readonly RunFields[]): FieldsDocument {
  const rows = new Map<string, { readonly field: CountedField; readonly cells: (FieldCount | null)[] }>();
  for (const [index, { fields }] of runs.entries()) {
    const seen = new Map<string, number>();
    for (const field of fields) {
      const { kind, blueprint, path, expression, values, nulls, failed } = field;
      const name = JSON.stringify([kind, blueprint, path, expression]);
      const nth = (seen.get(name) ?? 0) + 1;
      seen.set(name, nth);
      const key = `${nth} ${name}`;
      const row = rows.get(key) ?? { field, cells: runs.map(() => null) };
      rows.set(key, row);
      row.cells[index] = { values, nulls, failed };
    }
  }
  return {
    runs: runs.map(({ runId, startedAt, status }) => ({ runId, startedAt, status })),
    fields: [...rows.values()].map(({ field: { entry, kind, blueprint, path, expression }, cells }) => ({
      ...{ entry, kind, blueprint, path, expression, cells },
    })),
  };
}

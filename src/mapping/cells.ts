import type { FieldFailure } from '../core/ports.ts';
import type { Group } from './groups.ts';
import type { Node } from './parsed-entry.ts';

/** The result of an expression on a row. */
export type Cell =
  | { readonly type: 'value'; readonly value: unknown }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'not_run' };
export type Row = readonly Cell[];
/** The result of a group on an item: its rows, or why there are none. */
export type GroupResult =
  | { readonly type: 'rows'; readonly rows: readonly Row[] }
  | { readonly type: 'failed'; readonly message: string }
  /** The item cannot be given to jq. */
  | { readonly type: 'unreadable'; readonly message: string }
  | { readonly type: 'not_run' };

/** A quick test for numbers that do not fit into a double, such as `1E+1000`. */
const HUGE_NUMBER = /\dE\+\d{3}/;

/** Replaces infinite numbers by the largest double, because JSON cannot express infinity. */
function toFinite(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value)) : value;
}

/** Parses one line of a program's output (see `programText`). Undefined when it is not one. */
export function parseLine(line: string, groups: number): readonly GroupResult[] | undefined {
  let parsed: unknown;
  try {
    parsed = HUGE_NUMBER.test(line) ? JSON.parse(line, toFinite) : JSON.parse(line);
  } catch {
    return undefined; // jq prints `<skipped: too deep>` for values that are nested too deep
  }
  return Array.isArray(parsed) && parsed.length === groups ? parsed.map(toGroupResult) : undefined;
}

function toGroupResult(value: unknown): GroupResult {
  if (value === null) return { type: 'not_run' };
  if (Array.isArray(value))
    return { type: 'rows', rows: value.map((row) => (Array.isArray(row) ? row.map(toCell) : [])) };
  return { type: 'failed', message: messageIn(value) };
}

function toCell(cell: unknown): Cell {
  if (cell === null) return { type: 'not_run' };
  // No output counts as null.
  if (Array.isArray(cell)) return { type: 'value', value: cell.length === 0 ? null : cell[0] };
  return { type: 'failed', message: messageIn(cell) };
}

function messageIn(value: unknown): string {
  return typeof value === 'object' && value !== null && 'e' in value && typeof value.e === 'string'
    ? value.e
    : 'it failed';
}

/** Says why an expression was not run. */
export type WhyNotRun = (expression: string) => string;

type Evaluated =
  | { readonly ok: true; readonly value: unknown }
  /** An empty list: the expression does not compile, which was reported before. */
  | { readonly ok: false; readonly failures: readonly FieldFailure[] };

/** Reads the results of the expressions on a row. */
export interface RowReader {
  /** The value of a node. `path` names it in failures. An object or list fails when one of its parts does. */
  evaluate(node: Node, path: string): Evaluated;
}

/** Adds details to the message of a failure. */
export type Explain = (message: string, expression: string) => string;

export function createRowReader(group: Group, whyNotRun: WhyNotRun): (row: Row, explain: Explain) => RowReader {
  const indexes = new Map(group.expressions.map((expression, index) => [expression.text, index]));

  function evaluate(row: Row, explain: Explain, node: Node, path: string): Evaluated {
    switch (node.type) {
      case 'constant':
        return { ok: true, value: node.value };
      case 'broken':
        return { ok: false, failures: [] };
      case 'expression': {
        const cell = row[indexes.get(node.text) ?? -1];
        if (cell?.type === 'value') return { ok: true, value: cell.value };
        const message = cell?.type === 'failed' ? explain(cell.message, node.text) : whyNotRun(node.text);
        return { ok: false, failures: [{ path, message }] };
      }
      case 'object': {
        const parts = node.fields.map(([name, inner]) => ({
          name,
          result: evaluate(row, explain, inner, `${path}.${name}`),
        }));
        const { ok, failures } = failuresOf(parts.map((part) => part.result));
        // fromEntries creates own properties, even for the name `__proto__`.
        const values = parts.map(({ name, result }) => [name, result.ok ? result.value : null] as const);
        return ok ? { ok, value: Object.fromEntries(values) } : { ok, failures };
      }
      case 'list': {
        const results = node.items.map((inner, index) => evaluate(row, explain, inner, `${path}[${index}]`));
        const { ok, failures } = failuresOf(results);
        return ok ? { ok, value: results.map((result) => (result.ok ? result.value : null)) } : { ok, failures };
      }
    }
  }
  return (row, explain) => ({ evaluate: (node, path) => evaluate(row, explain, node, path) });
}

function failuresOf(results: readonly Evaluated[]): {
  readonly ok: boolean;
  readonly failures: readonly FieldFailure[];
} {
  return {
    ok: results.every((result) => result.ok),
    failures: results.flatMap((result) => (result.ok ? [] : result.failures)),
  };
}

import type { JsonObject } from '../../core/model.ts';
import type { Cell, GroupResult, Row } from '../cells.ts';
import type { Group } from '../groups.ts';
import { outputsOf, type Plain } from './plain.ts';
import { type Elements, elementsOf } from './plain-elements.ts';
import { undecided } from './values.ts';

/** What is evaluated here of a group on an item. A cell that jq must give is undefined. */
export interface PlainRows {
  readonly rows: readonly (readonly (Cell | undefined)[])[];
  readonly needsJq: boolean;
}

/** A group divided into what is evaluated here and what jq runs. */
export interface DividedGroup {
  /** The part that jq runs; undefined when it runs nothing. */
  readonly rest: Group | undefined;
  /** Throws Undecided where jq must decide. Undefined: jq runs the whole group. */
  readonly evaluate: ((item: JsonObject, selectAll: boolean) => PlainRows) | undefined;
  /** The result of the group from both parts. */
  join(here: PlainRows | undefined, rest: GroupResult | undefined): GroupResult;
}

const NOT_RUN: Cell = { type: 'not_run' };
const NO_OUTPUT: Cell = { type: 'value', value: null };

/** @param plain the plain expressions by their text */
export function divideGroup(group: Group, plain: ReadonlyMap<string, Plain>): DividedGroup {
  const elements = elementsOf(group.parse, plain);
  const rest = elements === undefined ? group : restOf(group, plain);
  const places = group.expressions.map(
    ({ text }) => rest?.expressions.findIndex((expression) => expression.text === text) ?? -1,
  );
  return {
    rest,
    evaluate: elements === undefined ? undefined : evaluatorOf(group, elements, plain),
    join(here, result) {
      if (here === undefined || (here.needsJq && result?.type !== 'rows')) return result ?? { type: 'not_run' };
      const found = result?.type === 'rows' ? result.rows : [];
      const cellOf = (cell: Cell | undefined, at: number, row: Row | undefined) =>
        cell ?? row?.[places[at] ?? -1] ?? NOT_RUN;
      return {
        type: 'rows',
        rows: here.rows.map((row, at) => row.map((cell, index) => cellOf(cell, index, found[at]))),
      };
    },
  };
}

/** The expressions that are not plain, and the selectors of the entries that use them. */
function restOf(group: Group, plain: ReadonlyMap<string, Plain>): Group | undefined {
  const others = group.expressions.filter(({ text }) => !plain.has(text));
  if (others.length === 0) return undefined;
  const wanted = new Set(others.map(({ text }) => text));
  for (const use of others.flatMap(({ usedBy }) => usedBy)) {
    if (use !== 'always') wanted.add(group.expressions[use]?.text ?? '');
  }
  const kept = group.expressions.filter(({ text }) => wanted.has(text));
  const places = new Map(kept.map(({ text }, at) => [text, at]));
  const placeOf = (use: number | 'always') => (use === 'always' ? use : places.get(group.expressions[use]?.text ?? ''));
  const expressions = kept.map((expression) => ({
    ...expression,
    usedBy: expression.usedBy.map(placeOf).filter((place) => place !== undefined),
  }));
  return { ...group, expressions };
}

function evaluatorOf(
  group: Group,
  elements: Elements,
  plain: ReadonlyMap<string, Plain>,
): (item: JsonObject, selectAll: boolean) => PlainRows {
  const expressions = group.expressions.map((expression) => ({ ...expression, plain: plain.get(expression.text) }));

  /** The cells of a row, as in `rowText` (program-text.ts). */
  function rowOf(input: unknown, selectAll: boolean): readonly (Cell | undefined)[] {
    const cells: (Cell | undefined)[] = [];
    for (const { selects, usedBy, plain } of expressions) {
      const runs = selects
        ? !selectAll || usedBy.length > 0
        : selectAll || usedBy.some((use) => use === 'always' || maySelect(cells[use]));
      cells.push(!runs ? NOT_RUN : plain === undefined ? undefined : cellOf(plain, input));
    }
    return cells;
  }

  return (item, selectAll) => {
    const rows = elements(item).map((input) => rowOf(input, selectAll));
    return { rows, needsJq: rows.some((row) => row.includes(undefined)) };
  };
}

/** A selector that jq evaluates may select. */
function maySelect(cell: Cell | undefined): boolean {
  return cell === undefined || (cell.type === 'value' && cell.value === true);
}

function cellOf(plain: Plain, input: unknown): Cell {
  const outputs = outputsOf(plain, input);
  if (outputs.length === 0) return NO_OUTPUT;
  const [value] = outputs;
  return value === undefined ? undecided() : { type: 'value', value };
}

import { changedFields, titleOf } from '../../core/change-rows.ts';
import type { NewRow } from '../../core/journal.ts';
import { type KeptExchanges, withoutExchange } from '../../core/kept-exchanges.ts';
import { entityNumber } from './piece.ts';
import { countKey } from './row-counts.ts';

/** A longer row is kept without its values: a page of rows has to fit into memory wherever it is read. */
const MAX_ROW_CHARS = 64 * 1024;
/** The longest text in a row that is kept without its values. */
const MAX_TEXT_CHARS = 2 * 1024;

/** A row on its way into a piece. */
export interface Line {
  readonly text: string;
  readonly entity: number;
  /** Its key in the counts; undefined where readers see it as one row with an earlier one. */
  readonly counted: string | undefined;
  readonly isAgain: boolean;
}

/** Makes lines of the rows of one writer. */
export class LineMaker {
  readonly #withValues: boolean;
  readonly #exchanges: KeptExchanges;
  /** Entities of which a row had another key than `update done` or `create done`, with all their keys. */
  readonly #unusual = new Map<number, Set<string>>();

  constructor(withValues: boolean, exchanges: KeptExchanges) {
    this.#withValues = withValues;
    this.#exchanges = exchanges;
  }

  /** @param hasLost whether earlier rows were lost: then a row about an entity that was written before stands alone */
  lineOf(row: NewRow, hasLost: boolean): Line {
    const { again, ...rest } = this.#withValues ? this.#exchanges.fit(row) : withoutValues(row);
    const whole = JSON.stringify(rest);
    const text = whole.length <= MAX_ROW_CHARS ? whole : JSON.stringify(shortened(rest));
    const entity = entityNumber(row.blueprint, row.identifier);
    const isAgain = again === true && !hasLost;
    return { text, entity, isAgain, counted: this.#isNew(row, entity, isAgain) ? countKey(row) : undefined };
  }

  #isNew(row: NewRow, entity: number, isAgain: boolean): boolean {
    const key = `${row.outcome} ${row.action === 'delete'}`;
    const usual = 'done false';
    const keys = this.#unusual.get(entity);
    const isNew = !isAgain || (keys === undefined ? key !== usual : !keys.has(key));
    if (isAgain && isNew) this.#unusual.set(entity, new Set([...(keys ?? [usual]), key]));
    else if (!isAgain && key !== usual) this.#unusual.set(entity, new Set([key]));
    return isNew;
  }
}

/** The row with the names of the changed fields alone. */
function withoutValues(row: NewRow): NewRow {
  const { icon: _, team: __, properties: ___, relations: ____, ...rest } = withoutExchange(row);
  const fields = changedFields(row).map(({ path }) => path);
  return { ...rest, title: titleOf(row), ...(fields.length > 0 ? { fields } : {}) };
}

function shortened(row: NewRow): NewRow {
  const { detail, error, source: _, fields = [], ...rest } = withoutValues(row);
  const cut = (text: string) => (text.length > MAX_TEXT_CHARS ? `${text.slice(0, MAX_TEXT_CHARS)}…` : text);
  return {
    ...rest,
    title: typeof rest.title === 'string' ? cut(rest.title) : null,
    fields: fields.slice(0, 100).map(cut),
    ...(detail === undefined ? {} : { detail: cut(detail) }),
    ...(error ? { error: { code: cut(error.code), message: cut(error.message) } } : {}),
  };
}

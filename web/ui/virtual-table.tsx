import { useSignal } from '@preact/signals';
import { Component, type ComponentChildren } from 'preact';
import { useEffect, useId, useMemo, useRef } from 'preact/hooks';
import { isNarrow } from './narrow.ts';
import { moveInRows } from './row-keys.ts';
import { useRowWindow } from './row-window.ts';

export interface Column<T> {
  readonly title: string;
  /** A track of CSS grid: `minmax(160px, 2fr)`. */
  readonly width: string;
  readonly cell: (row: T) => ComponentChildren;
  /** Left out on a phone. */
  readonly onlyWide?: boolean;
}

interface Props<T> {
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly keyOf: (row: T) => string;
  /** How many rows there are in all, when more can be loaded. */
  readonly total?: number;
  /** The reader comes near the end of `rows`. */
  readonly onNearEnd?: () => void;
  /** The key of the row whose details are shown. */
  readonly opened?: string | undefined;
  readonly onOpen?: (row: T) => void;
  /** In pixels. */
  readonly rowHeight?: number;
  readonly narrowRowHeight?: number;
}

const NEAR = 60;

/** A long list as a table that draws only what is seen. j, k, arrows, Home and End move; Enter opens. */
export function VirtualTable<T>(props: Props<T>) {
  const { label, columns, rows, keyOf, total = rows.length, onNearEnd, opened, onOpen } = props;
  const height = isNarrow.value ? (props.narrowRowHeight ?? props.rowHeight ?? 32) : (props.rowHeight ?? 32);
  const scroller = useRef<HTMLDivElement>(null);
  const { drawn, show } = useRowWindow(scroller, rows.length, height);
  const active = useSignal(0);
  const id = useId();
  const last = drawn.at(-1) ?? 0;

  useEffect(() => {
    if (rows.length < total && last >= rows.length - NEAR) onNearEnd?.();
  }, [last, rows.length, total]);

  // The opened row is one of an address, or was chosen by keys beside the table.
  const isLoaded = opened !== undefined && rows.some((row) => keyOf(row) === opened);
  useEffect(() => {
    const index = rows.findIndex((row) => keyOf(row) === opened);
    if (index < 0) return;
    active.value = index;
    show(index);
  }, [opened, isLoaded]);

  const move = (index: number) => {
    active.value = index;
    show(index);
  };
  const open = (index: number) => {
    const row = rows[index];
    if (row !== undefined) onOpen?.(row);
  };
  const pickNow = useRef(open);
  pickNow.current = (index) => {
    active.value = index;
    open(index);
  };
  const pick = useMemo(() => (index: number) => pickNow.current(index), []);
  const isPhone = isNarrow.value;
  const shown = useMemo(() => columns.filter(({ onlyWide }) => !(onlyWide && isPhone)), [columns, isPhone]);
  const tracks = shown.map(({ width }) => width).join(' ');
  return (
    <div
      ref={scroller}
      class={onOpen ? 'vtable can-open' : 'vtable'}
      style={{ '--columns': tracks }}
      role="grid"
      tabIndex={0}
      aria-label={label}
      aria-rowcount={total + 1}
      aria-activedescendant={rows.length === 0 ? undefined : `${id}-${active.value}`}
      onKeyDown={(event) => moveInRows(event, { active: active.value, count: rows.length, move, open })}
    >
      <div class="vrow vhead" role="row" aria-rowindex={1} tabIndex={-1}>
        {shown.map(({ title }) => (
          <div key={title} role="columnheader">
            {title}
          </div>
        ))}
      </div>
      <div class="vbody" role="rowgroup" style={{ height: `${rows.length * height}px` }}>
        {drawn.map((index) => {
          const row = rows[index];
          if (row === undefined) return null;
          const key = keyOf(row);
          return (
            <TableRow
              key={key}
              row={row}
              columns={shown}
              id={`${id}-${index}`}
              index={index}
              start={index * height}
              height={height}
              isOpened={key === opened}
              isActive={key === opened || (opened === undefined && index === active.value)}
              onPick={pick}
            />
          );
        })}
      </div>
    </div>
  );
}

interface RowProps<T> {
  readonly row: T;
  readonly columns: readonly Column<T>[];
  readonly id: string;
  readonly index: number;
  readonly start: number;
  readonly height: number;
  readonly isOpened: boolean;
  readonly isActive: boolean;
  readonly onPick: (index: number) => void;
}

/** While the reader scrolls, rows that stay are not drawn again. */
class TableRow<T> extends Component<RowProps<T>> {
  override shouldComponentUpdate(next: RowProps<T>): boolean {
    const { row, columns, start, height, isOpened, isActive } = this.props;
    return (
      row !== next.row ||
      columns !== next.columns ||
      start !== next.start ||
      height !== next.height ||
      isOpened !== next.isOpened ||
      isActive !== next.isActive
    );
  }

  render({ row, columns, id, index, start, height, isOpened, isActive, onPick }: RowProps<T>) {
    return (
      <div
        id={id}
        class={isActive ? 'vrow active' : 'vrow'}
        role="row"
        tabIndex={-1}
        aria-rowindex={index + 2}
        aria-selected={isOpened}
        style={{ height: `${height}px`, transform: `translateY(${start}px)` }}
        onClick={() => onPick(index)}
      >
        {columns.map(({ title, cell }) => (
          <div key={title} role="gridcell">
            {cell(row)}
          </div>
        ))}
      </div>
    );
  }
}

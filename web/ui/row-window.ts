import { useSignal } from '@preact/signals';
import { useLayoutEffect } from 'preact/hooks';

/** Rows before and after the seen ones that are drawn too, so that fast scrolling shows no gaps. */
const SPARE = 12;

interface Seen {
  /** The first row that is seen. */
  readonly first: number;
  /** How many rows fit into what is seen. */
  readonly fitting: number;
}

/** The rows to draw, as indices. */
export function rowsToDraw({ first, fitting }: Seen, count: number): readonly number[] {
  const from = Math.max(0, Math.min(first, count - fitting) - SPARE);
  const end = Math.min(count, first + fitting + SPARE);
  return Array.from({ length: Math.max(0, end - from) }, (_, index) => from + index);
}

interface Scrolled {
  readonly top: number;
  readonly seen: number;
  /** The head covers so much of what is seen. */
  readonly head: number;
}

/** Where to scroll so that a row is seen whole; where it is, if it is. All in pixels. */
export function scrollTopFor(index: number, height: number, { top, seen, head }: Scrolled): number {
  const rowTop = index * height;
  if (rowTop < top) return rowTop;
  return Math.max(top, head + rowTop + height - seen);
}

/** Follows which rows of a scrolled list are to be drawn. All rows have the same height. */
export function useRowWindow(scroller: { readonly current: HTMLElement | null }, count: number, height: number) {
  const first = useSignal(0);
  const fitting = useSignal(20);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const look = () => {
      first.value = Math.floor(element.scrollTop / height);
      fitting.value = Math.ceil(element.clientHeight / height) + 1;
    };
    look();
    const resized = new ResizeObserver(look);
    resized.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      resized.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, [scroller, height]);

  return {
    drawn: rowsToDraw({ first: first.value, fitting: fitting.value }, count),
    /** Scrolls no more than is needed to show the row. */
    show(index: number): void {
      const element = scroller.current;
      if (element === null) return;
      const head = element.querySelector<HTMLElement>('.vhead')?.offsetHeight ?? 0;
      element.scrollTop = scrollTopFor(index, height, { top: element.scrollTop, seen: element.clientHeight, head });
    },
  };
}

interface Rows {
  readonly active: number;
  readonly count: number;
  readonly move: (index: number) => void;
  readonly open: (index: number) => void;
}

const PAGE = 12;

/** Where a key leads in a list; undefined: it is not for the list. */
function stepOf(key: string, active: number, count: number): number | undefined {
  const last = count - 1;
  const steps: Record<string, number> = {
    j: active + 1,
    ArrowDown: active + 1,
    k: active - 1,
    ArrowUp: active - 1,
    PageDown: active + PAGE,
    PageUp: active - PAGE,
    Home: 0,
    End: last,
  };
  const step = steps[key];
  return step === undefined ? undefined : Math.max(0, Math.min(last, step));
}

/** Keys in a focused list of rows. */
export function moveInRows(event: KeyboardEvent, { active, count, move, open }: Rows): void {
  if (event.ctrlKey || event.metaKey || event.altKey || count === 0) return;
  const step = stepOf(event.key, active, count);
  if (step === undefined && event.key !== 'Enter') return;
  // Enter on a link or button in a row is theirs.
  if (event.key === 'Enter' && event.target instanceof HTMLElement && event.target.closest('a, button')) return;
  event.preventDefault();
  if (step === undefined) open(active);
  else move(step);
}

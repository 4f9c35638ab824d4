/** The links that stand for rows, in their order. */
function linksIn(scope: HTMLElement | null): readonly HTMLElement[] {
  return [...(scope?.querySelectorAll<HTMLElement>('[data-row]') ?? [])];
}

/** Moves the focus by some rows, from the row that has it; from none to the first or the last. */
export function focusRow(scope: HTMLElement | null, step: 1 | -1): void {
  const links = linksIn(scope);
  const at = links.findIndex((link) => link.matches(':focus'));
  const next = at === -1 ? (step === 1 ? 0 : links.length - 1) : Math.max(0, Math.min(links.length - 1, at + step));
  links[next]?.focus();
}

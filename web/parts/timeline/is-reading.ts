/** How far a person has scrolled before a row that comes in above would move what is read. */
const SCROLLED = 40;

/** Whether the person is further down in the list, is in one of its rows, or has something open there. */
export function isReading(): boolean {
  const list = document.querySelector('.timeline-list');
  if (scrollY > SCROLLED || list === null) return scrollY > SCROLLED;
  return list.contains(document.activeElement) || list.querySelector('details[open]') !== null;
}

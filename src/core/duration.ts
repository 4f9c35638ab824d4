const UNITS = [
  { ms: 86_400_000, name: 'd' },
  { ms: 3_600_000, name: 'h' },
  { ms: 60_000, name: 'min' },
  { ms: 1_000, name: 's' },
] as const;

/** A duration for people: its largest unit and, if it is not 0, the next one: `1 h 5 min`, `48 min`, `0 s`. */
export function duration(ms: number): string {
  const rounded = Math.max(0, ms < 60_000 ? Math.floor(ms / 1_000) * 1_000 : Math.floor(ms / 60_000) * 60_000);
  const first = UNITS.findIndex((unit) => rounded >= unit.ms);
  if (first === -1) return '0 s';
  const parts: string[] = [];
  let left = rounded;
  for (const { ms, name } of UNITS.slice(first, first + 2)) {
    const count = Math.floor(left / ms);
    left -= count * ms;
    if (count > 0) parts.push(`${count} ${name}`);
  }
  return parts.join(' ');
}

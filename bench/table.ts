export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function heading(text: string): void {
  print(`\n${text}\n${'-'.repeat(Math.min(120, text.length))}`);
}

/** Prints rows under their column names, numbers to the right. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = columns.map((name, at) => Math.max(name.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  ');
  print(line(columns));
  for (const row of rows) print(line(row));
}

export function fixed(value: number | undefined, digits = 1): string {
  return value === undefined ? '-' : value.toFixed(digits);
}

export function whole(value: number | undefined): string {
  return value === undefined ? '-' : Math.round(value).toLocaleString('en-US');
}

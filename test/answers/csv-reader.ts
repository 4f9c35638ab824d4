/** Reads CSV as RFC 4180 has it, strictly: throws at a quote that does not belong there. */
export function readCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    const isQuoted = text[at] === '"';
    const pattern = isQuoted ? /"((?:[^"]|"")*)"(?=,|\r\n)/y : /([^",\r\n]*)(?=,|\r\n)/y;
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) throw new Error(`No cell at ${at}: ${text.slice(at, at + 40)}`);
    row.push(isQuoted ? (found[1] ?? '').replaceAll('""', '"') : (found[1] ?? ''));
    at += found[0].length;
    if (text[at] === ',') at += 1;
    else {
      rows.push(row);
      row = [];
      at += 2;
    }
  }
  return rows;
}

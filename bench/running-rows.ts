/** Rows of a list of any length, made by writing running numbers into a few templates. So a page costs a copy of its bytes. */

/** Where a template holds a running number: seven digits between these. */
const NUMBER = /-n(\d{7})x/g;
const DIGITS = 7;
const BEFORE_DIGITS = 2;
const ZERO = 48;
const COMMA = 44;

/** A running number as templates hold it. */
export function numbered(number: number): string {
  return `-n${String(number).padStart(DIGITS, '0')}x`;
}

/** The running numbers in a text. */
export function numbersIn(text: string): readonly number[] {
  return Array.from(text.matchAll(NUMBER), ([, digits]) => Number(digits));
}

interface Template {
  readonly bytes: Buffer;
  /** Where digits begin. */
  readonly places: readonly number[];
}

export class RunningRows {
  readonly #templates: readonly Template[];

  /** @param templates rows as JSON text with running numbers */
  constructor(templates: readonly string[]) {
    this.#templates = templates.map((text) => ({
      // As latin1, positions in the text would be those in the bytes; rows are UTF-8, so they are looked for in the bytes.
      bytes: Buffer.from(text),
      places: Array.from(Buffer.from(text).toString('latin1').matchAll(NUMBER), ({ index }) => index + BEFORE_DIGITS),
    }));
  }

  /** The rows from a number up to another one, without it, separated by commas, between a head and a tail. */
  page(from: number, to: number, head: string, tail: string): Buffer {
    let length = Buffer.byteLength(head) + Buffer.byteLength(tail) + Math.max(0, to - from - 1);
    for (let number = from; number < to; number += 1) length += this.#templateOf(number).bytes.length;
    const page = Buffer.allocUnsafe(length);
    let at = page.write(head);
    for (let number = from; number < to; number += 1) {
      if (number > from) page[at++] = COMMA;
      const { bytes, places } = this.#templateOf(number);
      bytes.copy(page, at);
      for (const place of places) writeDigits(page, at + place, number);
      at += bytes.length;
    }
    page.write(tail, at);
    return page;
  }

  #templateOf(number: number): Template {
    const template = this.#templates[number % this.#templates.length];
    if (template === undefined) throw new Error('there are no templates');
    return template;
  }
}

function writeDigits(page: Buffer, at: number, number: number): void {
  let rest = number;
  for (let place = at + DIGITS - 1; place >= at; place -= 1) {
    page[place] = ZERO + (rest % 10);
    rest = Math.floor(rest / 10);
  }
}

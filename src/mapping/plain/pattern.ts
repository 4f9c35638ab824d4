const LETTERS_AND_DIGITS = 'A-Za-z0-9';
/** Characters that mean themselves in both engines. */
const LITERAL = `[${LETTERS_AND_DIGITS} _/:,@#%=~;<>"'!-]`;
const ESCAPED = String.raw`\\[.|$^()[\]{}*+?/\\sdw-]`;
const RANGE = `(?:${['a-z', 'A-Z', '0-9'].join('|')})`;
const CLASS = String.raw`\[\^?(?:${RANGE}|[${LETTERS_AND_DIGITS} _/:.,@+=~]|\\[.sdw\\/-](?!-))+-?\]`;
const ATOM = new RegExp(`(?:${CLASS}|${ESCAPED}|${LITERAL}|\\.)([+*?]?)(?![+*?{])`, 'y');
const MAX_ALTERNATIVES = 4;

/** Only such texts are matched: with other characters the engines differ in what a class, a dot or an end of line is. */
const PRINTABLE = /^[ -~]*$/;
const MAX_LENGTH = 10_000;
/** With a repetition the time can grow with the square of the length. */
const MAX_LENGTH_TO_REPEAT = 250;

export interface PlainPattern {
  readonly source: string;
  /** Whether a text can be given to it. */
  readonly takes: (text: string) => boolean;
  /** Whether it can match an empty text. */
  readonly matchesNothing: boolean;
}

/**
 * A pattern that means the same in jq's engine and in JavaScript's, and that cannot take long: at most one repetition in each
 * alternative, no groups. Undefined for every other.
 */
export function patternOf(source: string): PlainPattern | undefined {
  const alternatives = splitAlternatives(source);
  if (alternatives.length > MAX_ALTERNATIVES) return undefined;
  const checked = alternatives.map(checkAlternative);
  if (!checked.every((one) => one !== undefined)) return undefined;
  const longest = checked.some(({ repeats }) => repeats) ? MAX_LENGTH_TO_REPEAT : MAX_LENGTH;
  return {
    source,
    takes: (text) => text.length <= longest && PRINTABLE.test(text),
    matchesNothing: checked.some(({ matchesNothing }) => matchesNothing),
  };
}

/** At each bar that is neither escaped nor in a class; those have no bars here. */
function splitAlternatives(source: string): readonly string[] {
  return source.split(/(?<=(?:^|[^\\])(?:\\\\)*)\|/);
}

function checkAlternative(source: string): { readonly matchesNothing: boolean; readonly repeats: boolean } | undefined {
  const body = source.replace(/^\^/, '').replace(/(?<=(?:^|[^\\])(?:\\\\)*)\$$/, '');
  let repetitions = 0;
  let least = 0;
  let at = 0;
  while (at < body.length) {
    ATOM.lastIndex = at;
    const found = ATOM.exec(body);
    if (found === null) return undefined;
    if (found[1] !== '') repetitions += 1;
    if (found[1] === '' || found[1] === '+') least += 1;
    at += found[0].length;
  }
  return repetitions > 1 ? undefined : { matchesNothing: least === 0, repeats: repetitions > 0 };
}

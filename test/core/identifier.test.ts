import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeIdentifier } from '../../src/core/identifier.ts';

/** Port's own pattern and length. */
const PORT = /^(?!\.{1,2}$)[\p{L}0-9@_.+:\\/=-]+$/u;
const MAX_LENGTH = 1000;

/** Text made to break an escape: its own letters, halves of escapes, lone surrogates, what Port refuses. */
const piece = fc.constantFrom(
  '=',
  'H',
  'A',
  'F',
  '2',
  '0',
  '3',
  'D',
  '=3D',
  '=20',
  '=H',
  '.',
  ' ',
  'é',
  '\ud800',
  '\udc00',
  '😀',
  '|',
  '\0',
);
const adversarial = fc.array(piece, { minLength: 1, maxLength: 12 }).map((pieces) => pieces.join(''));
const anyText = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 });
const codeUnits = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { minLength: 1, maxLength: 12 })
  .map((units) => String.fromCharCode(...units));
const longText = fc
  .tuple(
    fc.constantFrom('a', ' ', '=', '=H', '=2', '😀', '𐐀', '\ud800'),
    fc.integer({ min: 200, max: 1200 }),
    adversarial,
  )
  .map(([filler, times, end]) => filler.repeat(times) + end);
const text = fc.oneof(adversarial, anyText, codeUnits, longText);

describe('encodeIdentifier', () => {
  it('gives what Port takes, for any text', () => {
    fc.assert(
      fc.property(text, (value) => {
        const identifier = encodeIdentifier(value);
        expect(identifier).toMatch(PORT);
        expect(identifier.length).toBeLessThanOrEqual(MAX_LENGTH);
      }),
      { numRuns: 1000 },
    );
  });

  it('gives different texts different identifiers', () => {
    fc.assert(
      fc.property(fc.oneof(fc.tuple(adversarial, adversarial), fc.tuple(text, text)), ([one, other]) => {
        expect(encodeIdentifier(one) === encodeIdentifier(other)).toBe(one === other);
      }),
      { numRuns: 2000 },
    );
  });

  it('gives each text of a small, nasty alphabet its own identifier', () => {
    const alphabet = ['=', 'H', '2', '0', ' ', '.', '\ud83d', '\ude00'];
    let texts = [''];
    for (let length = 0; length < 4; length += 1)
      texts = ['', ...texts.flatMap((start) => alphabet.map((letter) => start + letter))];
    const distinct = new Set(texts);
    expect(new Set([...distinct].map(encodeIdentifier)).size).toBe(distinct.size);
  });

  it('does not take an identifier that it gave for the text it gave it for', () => {
    fc.assert(
      fc.property(text, (value) => {
        const identifier = encodeIdentifier(value);
        expect(encodeIdentifier(identifier) === identifier).toBe(identifier === value);
      }),
    );
  });

  it('leaves valid text as it is when nothing in it looks like an escape', () => {
    const letter = fc.constantFrom('a', 'Z', '0', '@', '_', '.', '+', ':', '\\', '/', '-', '=', 'é', '字', '𐐀');
    const valid = fc
      .array(letter, { minLength: 1, maxLength: 60 })
      .map((letters) => letters.join(''))
      .filter((value) => value !== '.' && value !== '..' && !/=([0-9A-F]{2}|H)/.test(value));
    fc.assert(
      fc.property(valid, (value) => {
        expect(encodeIdentifier(value)).toBe(value);
      }),
    );
    expect(encodeIdentifier('a'.repeat(MAX_LENGTH))).toBe('a'.repeat(MAX_LENGTH));
  });

  it.each([
    ['a b', 'a=20b'],
    ['a=20b', 'a=3D20b'],
    ['a=Hb', 'a=3DHb'],
    ['a=2', 'a=2'],
    ['é|', 'é=7C'],
    ['😀', '=F0=9F=98=80'],
    ['.', '=2E'],
    ['..', '=2E=2E'],
    ['...', '...'],
    ['', ''],
  ])('turns %j into %j', (value, identifier) => expect(encodeIdentifier(value)).toBe(identifier));

  it('keeps the beginning of a long text and tells long texts apart by their end', () => {
    const [one, other] = [encodeIdentifier(`${'a'.repeat(2000)}1`), encodeIdentifier(`${'a'.repeat(2000)}2`)];
    expect(one).toMatch(/^a{934}=H[0-9a-f]{64}$/);
    expect(one).toHaveLength(MAX_LENGTH);
    expect(other).not.toBe(one);
  });

  it('does not cut a letter in two, nor take two ends for one that no encoding can tell apart', () => {
    expect(encodeIdentifier(`a${'𐐀'.repeat(600)}`)).toMatch(/^a(𐐀){466}=H[0-9a-f]{64}$/u);
    const start = 'a'.repeat(2000);
    expect(encodeIdentifier(`${start}\ud800`)).not.toBe(encodeIdentifier(`${start}\ud801`));
  });
});

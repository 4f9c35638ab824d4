import { StreamLanguage, type StreamParser, type StringStream } from '@codemirror/language';

interface Seen {
  /** The indent of the key whose value is a block of text (`|`, `>`); -1: none. */
  block: number;
  /** Whether a key may stand here. */
  keyMayFollow: boolean;
}

const KEY = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[\w$./*@-][^:#[\]{},"'|]*?)\s*(?=:(?:\s|$))/;

/** Colours for YAML, and for JSON, which is YAML. A whole parser would be a third of what the page may weigh. */
export const yamlParser: StreamParser<Seen> = {
  name: 'yaml',
  startState: () => ({ block: -1, keyMayFollow: true }),
  token(stream, seen) {
    if (stream.sol()) {
      seen.keyMayFollow = true;
      if (seen.block >= 0 && (stream.indentation() > seen.block || /^\s*$/.test(stream.string))) {
        stream.skipToEnd();
        return 'string';
      }
      seen.block = -1;
    }
    if (stream.eatSpace()) return null;
    if (stream.peek() === '#' && (stream.pos === 0 || /\s/.test(stream.string.charAt(stream.pos - 1)))) {
      stream.skipToEnd();
      return 'comment';
    }
    return wordAt(stream, seen);
  },
  languageData: { commentTokens: { line: '#' } },
};

function wordAt(stream: StringStream, seen: Seen): string | null {
  if (stream.match(/^-(?=\s|$)/)) return null;
  if (seen.keyMayFollow && stream.match(KEY)) {
    seen.keyMayFollow = false;
    return 'propertyName';
  }
  if (stream.match(/^[[\]{},]/)) {
    seen.keyMayFollow = true;
    return null;
  }
  if (stream.eat(':')) return null;
  seen.keyMayFollow = false;
  if (stream.match(/^[|>][-+\d]*\s*$/)) {
    seen.block = stream.indentation();
    return 'keyword';
  }
  if (stream.match(/^"(?:[^"\\]|\\.)*"?|^'(?:[^']|'')*'?/)) return 'string';
  if (stream.match(/^-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?=\s*(?:[,\]}#]|$))/)) return 'number';
  if (stream.match(/^(?:true|false|null|~)(?=\s*(?:[,\]}#]|$))/)) return 'bool';
  stream.match(/^[^\s,\]}]+|^./);
  return null;
}

export const yaml = StreamLanguage.define(yamlParser);

import { readFileSync } from 'node:fs';
import { decodeText } from '../core/text-bytes.ts';

/** Reads a text file (see `decodeText`). Throws when the encoding is another one, and when the file cannot be read. */
export function readTextFile(path: string): string {
  return decodeText(readFileSync(path));
}

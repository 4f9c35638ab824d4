const DECODERS = {
  'utf-8': new TextDecoder('utf-8', { fatal: true }),
  'utf-16le': new TextDecoder('utf-16le', { fatal: true }),
  'utf-16be': new TextDecoder('utf-16be', { fatal: true }),
};

/**
 * Decodes a text in UTF-8, or in UTF-16 of either byte order (Windows' PowerShell and Notepad). A byte order mark is
 * removed. Throws when the encoding is another one.
 */
export function decodeText(bytes: Uint8Array): string {
  const encoding = encodingOf(bytes);
  try {
    return DECODERS[encoding].decode(bytes);
  } catch (error) {
    const what = encoding === 'utf-8' ? 'UTF-8' : 'UTF-16';
    throw new Error(`it is not ${what} text; save it as UTF-8`, { cause: error });
  }
}

/** Our files begin with an ASCII character, so without a byte order mark a zero byte beside the first byte means UTF-16. */
function encodingOf(bytes: Uint8Array): keyof typeof DECODERS {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (second === 0 && first !== undefined && first !== 0)) return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== undefined && second !== 0)) return 'utf-16be';
  return 'utf-8';
}

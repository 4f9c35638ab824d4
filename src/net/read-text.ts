import type { IncomingMessage } from 'node:http';
import { decompressed, TOO_LARGE } from './decompress.ts';

/**
 * A body as text, decompressed.
 * @param tooLong whether of one with more bytes only the beginning is taken, or none
 * @throws an error whose code tells why it is not there
 */
export function readText(message: IncomingMessage, maxBytes: number, tooLong: 'fails' | 'is cut'): Promise<string> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    function finish(): void {
      const [first] = pieces;
      const whole = first !== undefined && pieces.length === 1 ? first : Buffer.concat(pieces, bytes);
      const encoding = message.headers['content-encoding'];
      resolve(encoding === undefined ? withoutMark(whole) : decompressed(whole, encoding, maxBytes).then(withoutMark));
    }
    message.on('data', (piece: Buffer) => {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes <= maxBytes) return;
      if (tooLong === 'fails') reject({ code: TOO_LARGE });
      else finish();
      message.destroy();
    });
    message.on('end', finish);
    message.on('error', reject);
    message.on('close', () => reject({ code: 'ECONNRESET' }));
  });
}

/** A text without the mark of its byte order, which JSON does not know. */
function withoutMark(body: Buffer): string {
  const text = body.toString();
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

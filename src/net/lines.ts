import type { Readable } from 'node:stream';
import { codeOf } from './error-code.ts';

export interface LineLimits {
  /** How long nothing at all may come. A line feed alone is something. */
  readonly idleMs: number;
  readonly maxLineBytes: number;
  /** Called when the head of the answer has come, before the first line. */
  readonly onOpen?: (() => void) | undefined;
}

/** A stream was broken off before its end. */
export class StreamBreak extends Error {
  readonly problem: 'timeout' | 'reset' | 'too_large';

  constructor(problem: StreamBreak['problem'], message: string) {
    super(message);
    this.name = 'StreamBreak';
    this.problem = problem;
  }
}

const LINE_FEED = 10;

/**
 * The lines of a body, as they come, without those that are empty. A slow reader makes the sender wait: no more than one
 * piece of the body and the line that is not whole are held. The connection is closed when the reader stops.
 * @throws StreamBreak; the signal's reason when aborted
 */
export async function* readLines(
  body: Readable,
  limits: LineLimits,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  const abort = (): unknown => body.destroy();
  signal.addEventListener('abort', abort, { once: true });
  try {
    let held: Buffer[] = [];
    let heldBytes = 0;
    for await (const piece of pieces(body, limits.idleMs, signal)) {
      let from = 0;
      for (let at = piece.indexOf(LINE_FEED); at !== -1; at = piece.indexOf(LINE_FEED, from)) {
        checkLength(heldBytes + at - from, limits);
        const line = Buffer.concat([...held, piece.subarray(from, at)]);
        [held, heldBytes, from] = [[], 0, at + 1];
        if (!isBlank(line)) yield line;
        signal.throwIfAborted();
      }
      if (from === piece.length) continue;
      heldBytes += piece.length - from;
      held.push(piece.subarray(from));
      checkLength(heldBytes, limits);
    }
    const last = Buffer.concat(held);
    if (!isBlank(last)) yield last;
  } finally {
    signal.removeEventListener('abort', abort);
    body.destroy();
  }
}

/** The pieces of a body, as they come. */
async function* pieces(body: Readable, idleMs: number, signal: AbortSignal): AsyncGenerator<Buffer, void> {
  const iterator: AsyncIterator<unknown> = body[Symbol.asyncIterator]();
  for (;;) {
    const next = await nextPiece(iterator, body, idleMs, signal);
    if (next.done === true) return;
    if (Buffer.isBuffer(next.value)) yield next.value;
  }
}

/** The time counts only while we wait for a piece, not while its reader works on it. */
async function nextPiece(
  iterator: AsyncIterator<unknown>,
  body: Readable,
  idleMs: number,
  signal: AbortSignal,
): Promise<IteratorResult<unknown>> {
  signal.throwIfAborted();
  const idle = new StreamBreak('timeout', `sent nothing for ${idleMs / 1000} s`);
  const timer = setTimeout(() => body.destroy(idle), idleMs);
  try {
    const next = await iterator.next();
    signal.throwIfAborted();
    return next;
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof StreamBreak ? error : new StreamBreak('reset', `broke before its end (${codeOf(error)})`);
  } finally {
    clearTimeout(timer);
  }
}

function checkLength(bytes: number, { maxLineBytes }: LineLimits): void {
  if (bytes > maxLineBytes) throw new StreamBreak('too_large', `has a line of more than ${maxLineBytes} bytes`);
}

function isBlank(line: Buffer): boolean {
  return line.length === 0 || line.every((byte) => byte === 32 || byte === 13 || byte === 9);
}

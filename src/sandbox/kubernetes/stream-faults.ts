import { setTimeout as sleep } from 'node:timers/promises';
import type { Faults } from '../faults.ts';
import type { AnswerStream } from '../http.ts';
import { errorLine } from './event-text.ts';
import { expired } from './refusals.ts';

/** Bends the stream of a watch as the faults of its route say. */
export function bentStream(stream: AnswerStream, faults: Faults, route: string): AnswerStream {
  if (faults.named(route, 'silent') !== undefined) return { ...stream, write: () => true };
  const [bytes, howByBytes] = faults.named(route, 'cut-after') ?? [];
  const [lines, howByLines] = faults.named(route, 'cut-line') ?? [];
  const [events] = faults.named(route, 'gone-after') ?? [];
  const [pause] = faults.named(route, 'slow-stream') ?? [];
  let bent = stream;
  if (pause !== undefined) bent = slowed(bent, Number(pause));
  if (events !== undefined) bent = goneAfter(bent, Number(events));
  if (bytes !== undefined) bent = cutAfter(bent, Number(bytes), howByBytes === 'break');
  if (lines !== undefined) bent = cutInLine(bent, Number(lines), howByLines === 'break');
  return bent;
}

/** A pause after every line. */
function slowed(stream: AnswerStream, ms: number): AnswerStream {
  return {
    ...stream,
    write(text) {
      stream.write(text);
      return false;
    },
    async drained() {
      await stream.drained();
      await sleep(ms);
    },
  };
}

/** After n lines the server says that what follows is not known any more. */
function goneAfter(stream: AnswerStream, lines: number): AnswerStream {
  let left = lines;
  return {
    ...stream,
    write(text) {
      if (left > 0) {
        left -= 1;
        return stream.write(text);
      }
      stream.write(errorLine(expired('too old resource version: 1 (2)')));
      stream.end();
      return false;
    },
  };
}

function cutAfter(stream: AnswerStream, bytes: number, isBroken: boolean): AnswerStream {
  let left = bytes;
  return {
    ...stream,
    write(text) {
      const whole = Buffer.from(text);
      const part = whole.subarray(0, left);
      left -= part.byteLength;
      stream.write(part.toString());
      if (left === 0) stop(stream, isBroken);
      return left > 0;
    },
  };
}

/** Ends in the middle of the n-th line. */
function cutInLine(stream: AnswerStream, lines: number, isBroken: boolean): AnswerStream {
  let line = 0;
  return {
    ...stream,
    write(text) {
      line += 1;
      if (line < lines) return stream.write(text);
      if (line === lines) {
        stream.write(text.slice(0, Math.floor(text.length / 2)));
        stop(stream, isBroken);
      }
      return false;
    },
  };
}

function stop(stream: AnswerStream, isBroken: boolean): void {
  // What was written first has to leave the process before the connection breaks.
  if (isBroken) setImmediate(() => stream.reset());
  else stream.end();
}

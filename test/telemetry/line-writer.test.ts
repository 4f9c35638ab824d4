import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLineWriter } from '../../src/telemetry/line-writer.ts';

describe('the lines of a log', () => {
  it('are dropped while they cannot be written, and their number is told afterwards', () => {
    let isFull = true;
    const written: string[] = [];
    // As stderr does: an error does not end it.
    const disk = {
      writableLength: 0,
      write(line: string, done: (error?: Error) => void) {
        if (!isFull) written.push(line);
        done(isFull ? new Error('ENOSPC') : undefined);
      },
    };
    const told: number[] = [];
    const write = createLineWriter(disk, (lost) => told.push(lost));
    write('a');
    write('b');
    isFull = false;
    write('c');
    write('d');
    expect([written, told]).toEqual([['c', 'd'], [2]]);
  });

  it('do not pile up for a reader that has stopped', async () => {
    const parts: (() => void)[] = [];
    const pipe = new Writable({ write: (_chunk, _encoding, done) => void parts.push(done) });
    const told: number[] = [];
    const write = createLineWriter(pipe, (lost) => told.push(lost));
    for (let i = 0; i < 5_000; i += 1) write('x'.repeat(1_000));
    expect(pipe.writableLength).toBeLessThan(1_100_000);
    while (pipe.writableLength > 0) {
      parts.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(told).toHaveLength(1);
  });
});

/** What is written to: stderr, as far as a log needs it. */
export interface LineStream {
  readonly writableLength: number;
  write(text: string, done: (error?: Error | null) => void): unknown;
}

/** What may wait for a reader that is slow; more would be kept in memory for one that never comes back. */
const MAX_WAITING = 1024 * 1024;

/**
 * Writes lines where it can. A line that cannot be written (a full disk, a reader that went away or has stopped) is
 * dropped: a log must never keep the work from going on.
 * @param onAgain told how many lines were lost, when one could be written again
 */
export function createLineWriter(stream: LineStream, onAgain: (lost: number) => void): (line: string) => void {
  let lost = 0;
  return (line) => {
    if (stream.writableLength > MAX_WAITING) {
      lost += 1;
      return;
    }
    stream.write(line, (error) => {
      if (error) {
        lost += 1;
        return;
      }
      if (lost === 0) return;
      const count = lost;
      lost = 0;
      onAgain(count);
    });
  };
}

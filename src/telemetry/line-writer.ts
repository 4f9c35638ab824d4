/** The stream that lines are written to: stderr. */
export interface LineStream {
  readonly writableLength: number;
  write(text: string, done: (error?: Error | null) => void): unknown;
}

/** How many bytes may wait for a slow reader. More would fill the memory if the reader never reads again. */
const MAX_BUFFERED = 1024 * 1024;

/**
 * Writes lines. A line that cannot be written (a full disk, a reader that is gone or has stopped) is dropped, because
 * the log must never block the work.
 * @param onRecovered called with the number of lost lines when one could be written again
 */
export function createLineWriter(stream: LineStream, onRecovered: (lost: number) => void): (line: string) => void {
  let lost = 0;
  return (line) => {
    if (stream.writableLength > MAX_BUFFERED) {
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
      onRecovered(count);
    });
  };
}

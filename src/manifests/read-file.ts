import { promises as fs } from 'node:fs';
import { type FoundFile, printOf } from './tree.ts';

/**
 * Reads a file that was found before.
 * @returns undefined when it is not the file that was found any more, or changed while it was read
 * @throws what the file system says
 */
export async function readFound({ real, size, print }: FoundFile): Promise<Uint8Array | undefined> {
  const handle = await fs.open(real, 'r');
  try {
    if (printOf(real, await handle.stat({ bigint: true })) !== print) return undefined;
    const bytes = Buffer.alloc(size + 1);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await handle.read(bytes, length, bytes.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    const isSame = length === size && printOf(real, await handle.stat({ bigint: true })) === print;
    return isSame ? bytes.subarray(0, size) : undefined;
  } finally {
    await handle.close();
  }
}

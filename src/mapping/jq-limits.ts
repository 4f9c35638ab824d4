/** The most that a run of jq may print; in bytes or characters, whichever its kind counts. */
export const MAX_OUTPUT = 64 * 1024 * 1024;

/** The most memory that a run of jq may have, in bytes: the WebAssembly one cannot get more, a native one is watched. */
export const MAX_MEMORY = 256 * 1024 * 1024;

const OUT_OF_MEMORY = /allocate memory|out of memory|Aborted\(|memory access out of bounds|call stack|OOM/i;

/** Whether what jq (or the machine under it) said means that an expression used too much memory. */
export function isOutOfMemory(message: string): boolean {
  return OUT_OF_MEMORY.test(message);
}

export const TOO_MUCH_OUTPUT = `gave more than ${MAX_OUTPUT / 1024 / 1024} MB`;
export const TOO_MUCH_MEMORY = 'used too much memory';

/** `deadlineMs` of processor time. */
export function tookTooLong(deadlineMs: number): string {
  return `took longer than ${deadlineMs / 1000} s`;
}

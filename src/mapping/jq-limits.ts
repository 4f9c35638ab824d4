/** How much a run of jq may print; in bytes for the native jq, in characters for WebAssembly. */
export const MAX_OUTPUT = 64 * 1024 * 1024;

/** How much memory a run of jq may use, in bytes. The WebAssembly jq cannot get more; a native one is watched. */
export const MAX_MEMORY = 256 * 1024 * 1024;

const OUT_OF_MEMORY = /allocate memory|out of memory|Aborted\(|memory access out of bounds|call stack|OOM/i;

/** Whether an error message of jq or of WebAssembly means that an expression used too much memory. */
export function isOutOfMemory(message: string): boolean {
  return OUT_OF_MEMORY.test(message);
}

export const TOO_MUCH_OUTPUT = `gave more than ${MAX_OUTPUT / 1024 / 1024} MB`;
export const TOO_MUCH_MEMORY = 'used too much memory';

/** `deadlineMs` of processor time. */
export function tooMuchTime(deadlineMs: number): string {
  return `took longer than ${deadlineMs / 1000} s`;
}

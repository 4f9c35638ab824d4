import { closeSync, ftruncateSync, openSync, writeFileSync } from 'node:fs';
import { AppError, messageOf } from '../core/errors.ts';

/** A file for a command's output, opened before the command begins its work. */
export interface OutputFile {
  readonly path: string;
  /** Replaces the content of the file. @returns undefined, or a sentence about what went wrong */
  write(text: string): string | undefined;
}

/**
 * Opens a file for writing. Its content stays until `write` is called.
 * @throws AppError `settings_invalid` when it cannot be written to
 */
export function openOutputFile(path: string): OutputFile {
  let file: number;
  try {
    file = openSync(path, 'a');
  } catch (error) {
    throw new AppError(
      'settings_invalid',
      `--out ${path} cannot be written: ${messageOf(error)}. Give a file in a folder that exists and may be written to`,
      { cause: error },
    );
  }
  return {
    path,
    write(text) {
      try {
        // A pipe and the like have no content that could be truncated.
        try {
          ftruncateSync(file);
        } catch {}
        writeFileSync(file, text);
        return undefined;
      } catch (error) {
        return `The answer could not be written to ${path}: ${messageOf(error)}`;
      } finally {
        closeSync(file);
      }
    },
  };
}

import { closeSync, ftruncateSync, openSync, writeFileSync } from 'node:fs';
import { AppError, messageOf } from '../core/errors.ts';

/** A file for a command's answer, open since before the command began its work. */
export interface AnswerFile {
  readonly path: string;
  /** Puts the text in the place of what the file held. @returns undefined, or a sentence about what went wrong */
  write(text: string): string | undefined;
}

/**
 * Opens a file to write to; what it holds stays until there is something to write.
 * @throws AppError `settings_invalid` when it cannot be written to
 */
export function openAnswerFile(path: string): AnswerFile {
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
        // What is no regular file, such as a pipe, holds nothing to put away.
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

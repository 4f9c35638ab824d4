import { readFileSync, statSync } from 'node:fs';
import { AppError, messageOf } from '../core/errors.ts';

const MAX_BYTES = 64 * 1024 * 1024;

/** A text that a command gets, and its name for messages. */
export interface InputText {
  readonly source: string;
  readonly text: string;
}

/**
 * Reads a file, or stdin when there is no file (or `-`).
 * @param expected what is expected, for a person at a terminal
 * @throws AppError `settings_invalid`
 */
export async function readInput(file: string | undefined, expected: string): Promise<InputText> {
  if (file !== undefined && file !== '-') return { source: file, text: textOfFile(file) };
  if (process.stdin.isTTY === true)
    throw new AppError('settings_invalid', `Nothing to read: give a file, or pipe into the command ${expected}`);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin) {
    const piece = Buffer.from(chunk);
    bytes += piece.length;
    if (bytes > MAX_BYTES) throw tooLarge('stdin');
    chunks.push(piece);
  }
  return { source: 'stdin', text: Buffer.concat(chunks).toString('utf8') };
}

function textOfFile(file: string): string {
  try {
    if (statSync(file).size > MAX_BYTES) throw tooLarge(file);
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('settings_invalid', `${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function tooLarge(source: string): AppError {
  return new AppError('settings_invalid', `${source} is larger than ${MAX_BYTES / 1024 / 1024} MiB; give fewer items`);
}

import { AppError } from '../core/errors.ts';
import { EXIT, onInterrupt } from './command.ts';
import { reportPageOf } from './find-run.ts';
import { print, printJson } from './output.ts';
import { openOutputFile } from './output-file.ts';

interface ReportOptions {
  readonly out: string;
  readonly url?: string;
  readonly json?: boolean;
}

/** `report`: a run as one HTML page. @returns the exit code */
export async function writeReport(name: string, { out, url, json }: ReportOptions): Promise<number> {
  const { signal, exitCode } = onInterrupt();
  const file = openOutputFile(out);
  const page = await reportPageOf(name, url, signal);
  const failure = file.write(page);
  if (failure !== undefined) throw new AppError('settings_invalid', failure);
  if (json) printJson({ file: file.path, bytes: Buffer.byteLength(page) });
  else print(`The report is in ${file.path}`);
  return exitCode() ?? EXIT.done;
}

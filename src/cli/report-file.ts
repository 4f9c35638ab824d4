import { readFileSync, statSync } from 'node:fs';
import { withLine } from '../config/documents.ts';
import { readTextFile } from '../config/text-file.ts';
import type { ReportWithRows } from '../core/change-rows.ts';
import { AppError, messageOf } from '../core/errors.ts';
import { changeSchema, reportSchema } from './outside-report.ts';

/** The longest text that V8 can hold is a little longer. */
const MAX_FILE_BYTES = 500 * 1024 * 1024;

/** A report from a file, and how many of its changes cannot be read. */
export interface ReportFile {
  readonly report: ReportWithRows;
  readonly unreadable: number;
}

/**
 * Reads a run report from a file (`-`: from stdin).
 * @throws AppError `settings_invalid` when it cannot be read or is no report
 */
export function readReportFile(path: string): ReportFile {
  const name = path === '-' ? 'stdin' : path;
  const document = parseJson(readWhole(path, name), name);
  const parsed = reportSchema.safeParse(document);
  if (!parsed.success) {
    // The library's words about one field help nobody; that it lacks one does.
    const [issue] = parsed.error.issues;
    const where = issue === undefined || issue.path.length === 0 ? '' : `: it has no usable ${issue.path.join('.')}`;
    const advice = 'Give a file that `komodor-port plan --out` or `komodor-port resync --out` wrote';
    throw new AppError('settings_invalid', `${name} is no run report${where}. ${advice}`);
  }
  const { changes, ...rest } = parsed.data;
  if (changes === undefined) return { report: rest, unreadable: 0 };
  const rows = changes.flatMap((each) => changeSchema.safeParse(each).data ?? []);
  return { report: { ...rest, changes: rows }, unreadable: changes.length - rows.length };
}

function readWhole(path: string, name: string): string {
  try {
    if (path === '-') return readFileSync(0, 'utf8');
    const { size } = statSync(path);
    if (size > MAX_FILE_BYTES) throw new Error(`it has ${size} bytes, and ${MAX_FILE_BYTES} is the most`);
    return readTextFile(path);
  } catch (error) {
    throw new AppError('settings_invalid', `${name} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function parseJson(json: string, name: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    const where = withLine(messageOf(error), json);
    const lines = json.split('\n').length;
    const end = /end of JSON/.test(where) ? `, in line ${lines}, which is the last: the file is not whole` : '';
    throw new AppError('settings_invalid', `${name} is no JSON: ${where}${end}`, { cause: error });
  }
}

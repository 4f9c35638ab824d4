import { DATE_PRELUDE } from './date-prelude.ts';
import type { JqRunner } from './jq-runner.ts';

const DATE_FUNCTION = /\b(?:gmtime|localtime|mktime|strftime|strflocaltime|strptime|(?:to|from)date(?:iso8601)?)\b/;

// Date functions that other C libraries than glibc do wrong or lack, with the results of jq 1.8 on glibc.
const DATE_CHECK =
  '[("2025-052" | strptime("%Y-%j") | mktime), (12345 | strftime("%Z %k %l %P")), (1e13 | todate), ("12:16" | strptime("%H:%M")[0])]';
const DATE_CHECK_ANSWER = '[1740096000,"GMT  3  3 am","318857-05-20T17:46:40Z",1900]';
const DATE_CHECK_DEADLINE_MS = 10_000;

/** Formats that only glibc has and that our definitions do not replace. */
const FORMAT = /\bstrf(?:local)?time\(\s*"([^"]*)"/g;
const GLIBC_ONLY = /%[-_0-9]*(?:[\^#:+]|[EO](?![a-zA-Z]))/;

export interface Dates {
  /** The definitions to put before programs with these expressions. Often empty. */
  readonly prelude: string;
  /** Why the jq in use cannot run an expression; undefined when it can. */
  complaint(expression: string): string | undefined;
}

/** Checks the date functions of the jq in use, once, and only when an expression needs them. */
export function createDates(jq: JqRunner): (expressions: readonly string[]) => Promise<Dates> {
  let complete: Promise<boolean> | undefined;

  async function isComplete(): Promise<boolean> {
    const outcome = await jq.run(DATE_CHECK, 'null', { deadlineMs: DATE_CHECK_DEADLINE_MS });
    return outcome.ok && outcome.stdout.trim() === DATE_CHECK_ANSWER;
  }

  return async (expressions) => {
    if (!expressions.some((expression) => DATE_FUNCTION.test(expression)))
      return { prelude: '', complaint: () => undefined };
    complete ??= isComplete();
    return (await complete)
      ? { prelude: '', complaint: () => undefined }
      : { prelude: DATE_PRELUDE, complaint: (expression) => complaintOf(expression) };
  };
}

function complaintOf(expression: string): string | undefined {
  const formats = [...expression.matchAll(FORMAT)].map(([, format]) => GLIBC_ONLY.exec(format ?? '')?.[0]);
  const found = formats.find((format) => format !== undefined);
  return found === undefined
    ? undefined
    : `the jq in use does not know ${found} in a date format, so this fails on every item; a native jq 1.8 knows it (docs/jq.md)`;
}

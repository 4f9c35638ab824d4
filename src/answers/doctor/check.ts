import { within } from '../../core/deadline.ts';
import { messageOf } from '../../core/errors.ts';
import { withAnySignal } from '../../core/signals.ts';

/** One thing that the doctor looked at. */
export interface DoctorCheck {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'failed';
  /** What was found. */
  readonly detail: string;
  /** What to do about it; null: nothing. */
  readonly advice: string | null;
}

/** What came of a check. */
export type Finding = Omit<DoctorCheck, 'name'>;

export function ok(detail: string, advice: string | null = null): Finding {
  return { status: 'ok', detail, advice };
}

export function warning(detail: string, advice: string | null): Finding {
  return { status: 'warning', detail, advice };
}

export function failed(detail: string, advice: string | null): Finding {
  return { status: 'failed', detail, advice };
}

/** @param because ends the sentence that begins with "not checked" */
export function notChecked(because: string): Finding {
  return warning(`not checked: ${because}`, null);
}

/** Where the messages of errors begin to say what to do. */
const DO =
  /^(.+?)(?:[:;,.]| and) ((?:check|set|put|make|have|give|write|remove|point|in Komodor,|for a company's) .+)$/is;

/** What an error says: what happened, and what to do. @param advice what to do when the error does not say it */
export function failureOf(error: unknown, advice: string | null = null): Finding {
  const { detail, advice: own } = splitAdvice(messageOf(error));
  return failed(detail, own ?? advice);
}

/** Splits one of our messages into what happened, and what to do about it if it says so. */
export function splitAdvice(message: string): Pick<DoctorCheck, 'detail' | 'advice'> {
  const text = message.trim().replace(/\.$/, '');
  const [, detail, advice] = DO.exec(text) ?? [];
  if (detail === undefined || advice === undefined) return { detail: text, advice: null };
  return { detail, advice: `${advice.slice(0, 1).toUpperCase()}${advice.slice(1)}.` };
}

/** The time that a check has. */
export interface CheckTime {
  readonly limitMs: number;
  readonly signal: AbortSignal;
  /** Why it takes so long, if that is known. Begins with what waits. */
  readonly whyLate?: () => string | undefined;
}

/** Does a check. Never throws, and never takes longer than its time: work that does not stop when told to is left behind. */
export async function check(
  name: string,
  { limitMs, signal, whyLate }: CheckTime,
  work: (signal: AbortSignal) => Finding | Promise<Finding>,
): Promise<DoctorCheck> {
  const over = new AbortController();
  try {
    const done = withAnySignal([signal, over.signal], async (limited) => work(limited));
    return { name, ...((await within(limitMs, done, undefined)) ?? late(limitMs, whyLate?.())) };
  } catch (error) {
    return { name, ...failureOf(error) };
  } finally {
    over.abort(new DOMException('The time of this check is over', 'TimeoutError'));
  }
}

function late(limitMs: number, why: string | undefined): Finding {
  const detail = `did not end within ${limitMs / 1000} s${why === undefined ? '' : `: ${why}`}`;
  return failed(
    detail,
    'Run it again. If it stays so, begin with the other checks that failed, then look at the network.',
  );
}

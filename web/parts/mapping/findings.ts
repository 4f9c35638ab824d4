import type { LintDocument } from '../../api/documents.ts';
import type { LineMark } from './editor/marks.ts';

export type Finding = LintDocument['findings'][number];

/** Errors first, then by line; what has no line comes last. */
export function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const rank = ({ severity }: Finding) => (severity === 'error' ? 0 : 1);
  return findings.toSorted(
    (a, b) => rank(a) - rank(b) || (a.line ?? Number.MAX_SAFE_INTEGER) - (b.line ?? Number.MAX_SAFE_INTEGER),
  );
}

/** What to mark in the text. */
export function marksOf(findings: readonly Finding[]): readonly LineMark[] {
  return findings.flatMap(({ line, severity, code, message, advice }) =>
    line === null
      ? []
      : [{ line, severity, message: [message, advice, `(${code})`].filter((part) => part !== '').join(' ') }],
  );
}

/** `No errors, 2 warnings` */
export function countsText(findings: readonly Finding[]): string {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.length - errors;
  const words = (count: number, one: string) => `${count === 0 ? 'no' : count} ${one}${count === 1 ? '' : 's'}`;
  const text = warnings === 0 ? words(errors, 'error') : `${words(errors, 'error')}, ${words(warnings, 'warning')}`;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** ` on 300 komodorService, 12 komodorJob`; empty: the check read no items. */
export function samplesText(samples: LintDocument['samples']): string {
  if (samples === null) return '';
  const counts = Object.entries(samples.kinds).map(([kind, count]) => `${count} ${kind}`);
  return counts.length === 0 ? ', and there were no items to try' : `, tried on ${counts.join(', ')}`;
}

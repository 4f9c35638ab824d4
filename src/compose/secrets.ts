import type { RunObserver } from '../core/ports.ts';
import { redactor } from '../core/redact.ts';
import { type Problem, problemWithoutSecrets, type RunReport, withoutSecrets } from '../core/report.ts';

/** Executes a run whose problems and report contain no secret. */
export async function runWithoutSecrets(
  secrets: readonly string[],
  observer: RunObserver,
  run: (observer: RunObserver) => Promise<RunReport>,
): Promise<RunReport> {
  const redact = redactor(secrets);
  const masked: RunObserver = {
    ...observer,
    problem: (problem: Problem) => observer.problem?.(problemWithoutSecrets(problem, redact)),
    itemProblem: (problem) => observer.itemProblem?.({ ...problem, message: redact(problem.message) }),
    itemLeftOut: (left) => observer.itemLeftOut?.({ ...left, detail: redact(left.detail) }),
    fieldsCounted: (fields) =>
      observer.fieldsCounted?.(fields.map((field) => ({ ...field, expression: redact(field.expression) }))),
    entityDone: ({ message, ...done }) =>
      observer.entityDone?.(message === undefined ? done : { ...done, message: redact(message) }),
  };
  return withoutSecrets(await run(masked), redact);
}

/** A JSON document without secrets in its texts. */
export function documentWithoutSecrets<T>(document: T, secrets: readonly string[]): T {
  return JSON.parse(redactor(secrets)(JSON.stringify(document)));
}

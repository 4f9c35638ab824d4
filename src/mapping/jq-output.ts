import { firstLineOf } from './jq-message.ts';
import type { JqFailure } from './run-jq.ts';

/** The complete lines of jq's output. */
export function completeLines(stdout: string): readonly string[] {
  const end = stdout.lastIndexOf('\n');
  return end === -1 ? [] : stdout.slice(0, end).split('\n');
}

/** Why a run failed. */
export function messageOfOutcome(outcome: JqFailure): string {
  return outcome.resource ? outcome.message : firstLineOf(outcome.message);
}

import type { RunView } from './use-run.ts';

type Code = NonNullable<RunView['note']>['code'];

const NEXT: Readonly<Record<Code, string>> = {
  changed_nothing: 'What runs did before is in the timeline.',
  history_off: 'With RUN_HISTORY=values, or names, the next runs keep theirs.',
  not_kept: 'With Redis, and a larger RUN_HISTORY_RUNS, more runs keep theirs. The counts above are whole.',
  not_recorded: 'The counts above are what is known.',
  in_progress: 'They appear here as the run makes them.',
  rows_lost: 'The counts above are whole. The log of the service says why rows were lost.',
  no_such_blueprint: 'Choose one of those.',
};

/** What a person can do when a run has no rows, or not all. */
export function nextStepOf(code: Code | undefined): string {
  return code === undefined ? '' : NEXT[code];
}

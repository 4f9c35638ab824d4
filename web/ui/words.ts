/** A word, its shape and its tone: status is never told by colour alone. */
export interface Word {
  readonly word: string;
  readonly tone: 'ok' | 'warn' | 'bad' | 'hold' | 'busy' | 'none';
  readonly shape:
    | 'check'
    | 'cross'
    | 'triangle'
    | 'pause'
    | 'dot'
    | 'ring'
    | 'square'
    | 'plus'
    | 'minus'
    | 'tilde'
    | 'clock';
}

/** What the service calls states, outcomes and actions, as a person reads them. */
const WORDS: Readonly<Record<string, Word>> = {
  // Runs
  completed: { word: 'Completed', tone: 'ok', shape: 'check' },
  degraded: { word: 'Degraded', tone: 'warn', shape: 'triangle' },
  blocked: { word: 'Blocked', tone: 'hold', shape: 'pause' },
  failed: { word: 'Failed', tone: 'bad', shape: 'cross' },
  aborted: { word: 'Aborted', tone: 'none', shape: 'square' },
  running: { word: 'Running', tone: 'busy', shape: 'dot' },
  queued: { word: 'Waiting', tone: 'none', shape: 'ring' },
  // Freshness
  on_time: { word: 'On time', tone: 'ok', shape: 'check' },
  on_track: { word: 'On track', tone: 'busy', shape: 'dot' },
  delayed: { word: 'Delayed', tone: 'warn', shape: 'clock' },
  error: { word: 'Error', tone: 'bad', shape: 'cross' },
  action_required: { word: 'Action required', tone: 'hold', shape: 'pause' },
  // Outcomes of a row
  done: { word: 'Done', tone: 'ok', shape: 'check' },
  refused: { word: 'Refused', tone: 'bad', shape: 'cross' },
  held_back: { word: 'Held back', tone: 'hold', shape: 'pause' },
  superseded: { word: 'Superseded', tone: 'none', shape: 'square' },
  planned: { word: 'Planned', tone: 'busy', shape: 'ring' },
  // Actions
  create: { word: 'Create', tone: 'ok', shape: 'plus' },
  update: { word: 'Update', tone: 'busy', shape: 'tilde' },
  delete: { word: 'Delete', tone: 'bad', shape: 'minus' },
  // APIs
  ok: { word: 'OK', tone: 'ok', shape: 'check' },
  waiting: { word: 'Waiting', tone: 'warn', shape: 'clock' },
  failing: { word: 'Failing', tone: 'bad', shape: 'cross' },
  unknown: { word: 'Not known', tone: 'none', shape: 'ring' },
};

/** A name without a word is shown as it is. */
export function wordOf(name: string): Word {
  return WORDS[name] ?? { word: name.replaceAll('_', ' '), tone: 'none', shape: 'dot' };
}

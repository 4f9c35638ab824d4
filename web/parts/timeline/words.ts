import type { TimelineEntry } from '../../api/documents.ts';
import { countText, durationText, plural } from '../../ui/format.ts';
import { type Word, wordOf } from '../../ui/words.ts';
import type { RunEntry } from './filter.ts';

const TRIGGERS: Readonly<Record<RunEntry['trigger'], string>> = {
  cli: 'from the command line',
  schedule: 'on schedule',
  http: 'by a request',
  port: 'by the button in Port',
  webhook: 'by a webhook',
  start: 'at the start of the service',
  watch: 'because a watch had missed something',
};

/** The mark of an entry: its shape, word and tone. */
export function markOf(entry: TimelineEntry): Word {
  switch (entry.type) {
    case 'run':
    case 'plan':
      return wordOf(entry.status);
    case 'live':
      return entry.failed > 0
        ? { word: 'Failed', tone: 'bad', shape: 'cross' }
        : { word: 'Live', tone: 'busy', shape: 'dot' };
    case 'mapping':
      return { word: 'Changed', tone: 'busy', shape: 'tilde' };
    case 'approval':
      return { word: 'Approved', tone: 'hold', shape: 'check' };
    case 'start':
      return { word: 'Started', tone: 'none', shape: 'plus' };
    case 'stop':
      return { word: 'Stopped', tone: 'none', shape: 'square' };
    case 'stalled':
      return { word: 'Stalled', tone: 'bad', shape: 'clock' };
    case 'recovered':
      return { word: 'Recovered', tone: 'ok', shape: 'check' };
    case 'watch':
      return entry.state === 'lost'
        ? { word: 'Lost', tone: 'warn', shape: 'triangle' }
        : { word: 'Back', tone: 'ok', shape: 'check' };
  }
}

/** What it is, in two or three words. */
export function titleOf(entry: TimelineEntry): string {
  switch (entry.type) {
    case 'run':
      return `Resync ${TRIGGERS[entry.trigger]}`;
    case 'plan':
      return `Plan ${TRIGGERS[entry.trigger]}`;
    case 'live':
      return plural(entry.events, 'live event');
    case 'mapping':
      return 'Another mapping';
    case 'approval':
      return 'Approved deletions';
    case 'start':
    case 'stop':
      return `Service ${entry.version}`;
    case 'stalled':
      return 'Catalog stalled';
    case 'recovered':
      return 'Catalog up to date again';
    case 'watch':
      return 'Watch of the cluster';
  }
}

const DONE = ['created', 'updated', 'deleted'] as const;
const TO_DO = ['to create', 'to update', 'to delete'] as const;

/** What a run did, or a plan would do. Counts of nothing are left out. */
export function runCounts(entry: RunEntry): string {
  const { type, created, updated, deleted, failed, heldBack } = entry;
  const [create, update, remove] = type === 'plan' ? TO_DO : DONE;
  const parts = [
    ...(created > 0 ? [`${plural(created, 'entity', 'entities')} ${create}`] : []),
    ...(updated > 0 ? [`${countText(updated)} ${update}`] : []),
    ...(deleted > 0 ? [`${countText(deleted)} ${remove}`] : []),
    ...(failed > 0 ? [`${countText(failed)} refused`] : []),
    ...(heldBack > 0 ? [`${countText(heldBack)} held back for approval`] : []),
  ];
  const what = parts.length === 0 ? nothing(entry) : parts.join(', ');
  const waits = (entry.waitMs ?? 0) >= 1_000 ? `; waited ${durationText(entry.waitMs ?? 0)} for the APIs` : '';
  return `${what}${waits}`;
}

function nothing({ status, type }: RunEntry): string {
  if (status === 'failed') return 'failed, and changed nothing';
  if (status === 'aborted') return 'was stopped, and had changed nothing';
  return type === 'plan' ? 'nothing to change' : 'nothing had changed';
}

/** What live events did. */
export function liveCounts(entry: Extract<TimelineEntry, { type: 'live' }>): string {
  const { written, deleted, heldBack, failed } = entry;
  const parts = [
    ...(written > 0 ? [`${plural(written, 'entity', 'entities')} written`] : []),
    ...(deleted > 0 ? [`${countText(deleted)} deleted`] : []),
    ...(heldBack > 0 ? [`${countText(heldBack)} left to the next resync`] : []),
    ...(failed > 0 ? [`${plural(failed, 'event')} failed`] : []),
  ];
  return parts.length === 0 ? 'nothing had changed' : parts.join(', ');
}

import type { Status } from '../../api/documents.ts';

export interface Attention {
  readonly tone: 'bad' | 'warn';
  readonly title: string;
  readonly detail: string;
  /** What to do, and where it is done. */
  readonly next: string;
  readonly to?: string;
  readonly cli?: string;
}

export const API_NAMES: Readonly<Record<string, string>> = {
  komodor: 'Komodor',
  port: 'Port',
  kubernetes: 'Kubernetes',
};

/** What is wrong and can be seen, besides what waits for a person's decision. */
export function attentionOf(status: Status): readonly Attention[] {
  return [...queueOf(status), ...stallOf(status), ...apisOf(status), ...lastRunOf(status), ...adviceOf(status)];
}

function queueOf({ queue }: Status): readonly Attention[] {
  if (queue.ready) return [];
  const next = 'No run is taken or begun until it works. Look whether the Redis of REDIS_URL answers.';
  return [{ tone: 'bad', title: 'The queue does not work', detail: queue.detail, next, cli: 'komodor-port doctor' }];
}

function stallOf({ stalled, queue }: Status): readonly Attention[] {
  if (stalled === null || !queue.ready) return [];
  const which = stalled.blueprints.length === 0 ? 'nothing' : stalled.blueprints.join(', ');
  const title =
    stalled.blueprints.length === 0 ? 'Nothing was ever brought up to date' : `Not brought up to date: ${which}`;
  return [
    {
      tone: 'bad',
      title,
      detail: stalled.reason,
      next: 'See what the last run met.',
      to: '/runs/latest',
      cli: 'komodor-port doctor',
    },
  ];
}

function apisOf({ apis, needsPerson }: Status): readonly Attention[] {
  return Object.entries(apis).flatMap(([side, api]) => {
    // Refused credentials are something to repair, which has a note already.
    const isNoted = needsPerson.some(({ type }) => type === 'repair') && /40[13]/.test(api?.lastFailure?.what ?? '');
    if (api?.state !== 'failing' || isNoted) return [];
    const detail = `The last request ended with ${api.lastFailure?.what ?? 'a failure'}.`;
    const next = 'Requests are tried again by themselves. If it lasts, look at address, network and credentials.';
    return [
      {
        tone: 'warn',
        title: `${API_NAMES[side] ?? side} does not answer as it should`,
        detail,
        next,
        cli: 'komodor-port doctor',
      },
    ];
  });
}

function lastRunOf({ lastRun, needsPerson }: Status): readonly Attention[] {
  if (lastRun?.status !== 'failed' || needsPerson.some(({ runId }) => runId === lastRun.runId)) return [];
  const detail = lastRun.problems[0]?.message ?? '';
  return [{ tone: 'bad', title: 'The last resync failed', detail, next: 'See its problems.', to: '/runs/latest' }];
}

function adviceOf({ queue }: Status): readonly Attention[] {
  return queue.advice.map((detail) => ({
    tone: 'warn',
    title: 'Work may be lost',
    detail,
    next: 'Change the setting.',
  }));
}

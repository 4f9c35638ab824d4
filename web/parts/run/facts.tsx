import type { ComponentChildren } from 'preact';
import type { RunReport } from '../../api/documents.ts';
import { countText, durationText } from '../../ui/format.ts';
import { Name } from '../../ui/name.tsx';
import { Clock, Time } from '../../ui/time.tsx';
import { TRIGGER_WORDS } from './trigger-words.ts';
import type { RunView } from './use-run.ts';

/** When, how long, for whom, and at which cost. */
export function Facts({ run, report }: Pick<RunView, 'run' | 'report'>) {
  const end = run.finishedAt;
  const ms = report?.durationMs ?? (end === null ? undefined : Date.parse(end) - Date.parse(run.startedAt));
  return (
    <dl class="run-facts">
      <Fact name="Began">
        <Clock at={run.startedAt} />{' '}
        <span class="quiet">
          (<Time at={run.startedAt} />)
        </span>
      </Fact>
      {ms !== undefined && run.mode !== 'live' && <Fact name="Took">{durationText(ms)}</Fact>}
      <Fact name="Asked for by">{TRIGGER_WORDS[run.trigger] ?? run.trigger}</Fact>
      {report && <Requests requests={report.requests} />}
      {report?.causes && report.causes.length > 0 && (
        <Fact name={report.causes.length === 1 ? 'Cause' : 'Causes'}>
          {report.causes.map(({ source, object, revision, reason }) => (
            <div key={`${object} ${revision}`}>
              {source}: <Name text={object} /> <Name text={revision} /> <span class="quiet">{reason}</span>
            </div>
          ))}
        </Fact>
      )}
    </dl>
  );
}

function Requests({ requests }: Pick<RunReport, 'requests'>) {
  const { retries, rateLimitWaitMs, ...sides } = requests;
  return (
    <>
      <Fact name="Requests">
        {Object.entries(sides)
          .filter(([, count]) => count > 0)
          .map(([side, count]) => `${side.charAt(0).toUpperCase()}${side.slice(1)} ${countText(count)}`)
          .join(' · ') || 'none'}
      </Fact>
      <Fact name="Sent again">{countText(retries)}</Fact>
      <Fact name="Waited for rate limits">{rateLimitWaitMs === 0 ? 'no' : durationText(rateLimitWaitMs)}</Fact>
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

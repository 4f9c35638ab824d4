import type { Status } from '../../api/documents.ts';
import { Link, pathOf } from '../../router.tsx';
import { durationText, plural } from '../../ui/format.ts';
import { StatusMark } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';
import { Clock, Time } from '../../ui/time.tsx';
import { CancelRun } from './cancel-run.tsx';
import { Watches } from './watches.tsx';

/** Queue, schedule, watches, mapping and the service itself. */
export function Facts({ status }: { readonly status: Status }) {
  const { queue, next, waiting, watches, mapping, service } = status;
  const { counts } = queue;
  return (
    <section class="stack tight" aria-labelledby="service">
      <h2 id="service">Service</h2>
      <dl class="facts">
        <dt>Next resync</dt>
        <dd>
          {next.at === null ? (
            <span class="quiet">none is scheduled{next.intervalMs === null && ': no interval is set'}</span>
          ) : (
            <Time at={next.at} />
          )}
          {next.at !== null && (
            <span class="quiet">
              {' '}
              (<Clock at={next.at} />
              {next.intervalMs !== null && `, every ${durationText(next.intervalMs)}`})
            </span>
          )}
        </dd>
        <dt>Queue</dt>
        <dd>
          <StatusMark name={queue.ready ? 'ok' : 'failing'} word={queue.ready ? 'Works' : 'Does not work'} />{' '}
          <span class="quiet">
            {counts === null
              ? 'not known how much waits'
              : counts.runsWaiting + counts.liveWaiting === 0
                ? 'nothing waits'
                : `${plural(counts.runsWaiting, 'run')} and ${plural(counts.liveWaiting, 'live event')} wait`}
          </span>
        </dd>
        {waiting.map(({ runId, mode, trigger, requestedAt }) => (
          <>
            <dt key={`${runId} name`}>Waits</dt>
            <dd key={runId} class="row">
              <span>
                <Link to={pathOf('runs', runId)}>{mode}</Link>{' '}
                <span class="quiet">
                  by {trigger}, asked <Time at={requestedAt} />
                </span>
              </span>
              <CancelRun runId={runId} isRunning={false} />
            </dd>
          </>
        ))}
        {watches && (
          <>
            <dt>Watches</dt>
            <dd>
              <Watches watches={watches} />
            </dd>
          </>
        )}
        <dt>Mapping</dt>
        <dd>
          {mapping === null ? (
            <span class="quiet">none was read yet</span>
          ) : (
            <>
              <Link to="/mapping">
                <Name text={mapping.origin} />
              </Link>{' '}
              <span class="quiet">
                <code>{mapping.digest.slice(0, 8)}</code>, since <Time at={mapping.since} />
              </span>
            </>
          )}
        </dd>
        <dt>Process</dt>
        <dd>
          <Name text={service.integrationIdentifier} />{' '}
          <span class="quiet">
            {service.version}, role {service.role}, started <Time at={service.startedAt} />
          </span>
        </dd>
      </dl>
    </section>
  );
}

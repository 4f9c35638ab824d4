import type { Status } from '../../api/documents.ts';
import { countText, durationText } from '../../ui/format.ts';
import { StatusMark } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';
import { now, Time } from '../../ui/time.tsx';
import { API_NAMES } from './attention.ts';

type Api = Status['apis']['port'];

/** How the APIs answer, and what is left of their allowance. */
export function ApisTable({ apis }: { readonly apis: Status['apis'] }) {
  return (
    <section class="stack tight" aria-labelledby="apis">
      <h2 id="apis">APIs</h2>
      <table class="apis">
        <thead>
          <tr>
            <th scope="col">API</th>
            <th scope="col">State</th>
            <th scope="col">Allowance used</th>
            <th scope="col" class="number">
              Requests
            </th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(apis).map(
            ([side, api]) => api && <Row key={side} name={API_NAMES[side] ?? side} api={api} />,
          )}
        </tbody>
      </table>
    </section>
  );
}

function Row({ name, api }: { readonly name: string; readonly api: Api }) {
  const { state, waitingUntil, lastFailure, lastSuccessAt, requests, retries, rateLimitWaitMs } = api;
  return (
    <tr>
      <td>{name}</td>
      <td>
        <StatusMark name={state} />
        <span class="small quiet below">
          {state === 'waiting' && waitingUntil && (
            <>
              goes on <Time at={waitingUntil} />
            </>
          )}
          {state === 'failing' && lastFailure && (
            <>
              <Name text={lastFailure.what} />, <Time at={lastFailure.at} />
            </>
          )}
          {state === 'ok' && lastSuccessAt && <Time at={lastSuccessAt} />}
          {state === 'unknown' && 'not asked yet by this process'}
        </span>
      </td>
      <td>
        <Allowance api={api} />
      </td>
      <td class="number">
        {countText(requests)}
        {retries > 0 && <span class="small quiet below">{countText(retries)} again</span>}
        {rateLimitWaitMs > 0 && <span class="small quiet below">waited {durationText(rateLimitWaitMs)}</span>}
      </td>
    </tr>
  );
}

function Allowance({ api: { allowance } }: { readonly api: Api }) {
  if (allowance === null) return <span class="quiet">it says none</span>;
  const { remaining, limit, resetAt } = allowance;
  const used = limit === null || limit === 0 ? undefined : 1 - Math.min(1, remaining / limit);
  return (
    <>
      {used !== undefined && (
        <span class={`meter ${used > 0.9 ? 'tone-warn' : ''}`} aria-hidden="true" style={{ '--used': used }}>
          <span class="part" />
        </span>
      )}
      <span class="small number">
        {limit === null
          ? `${countText(remaining)} left`
          : `${countText(Math.max(0, limit - remaining))} of ${countText(limit)}`}
      </span>
      <span class="small quiet below">
        {Date.parse(resetAt) > now.value ? 'new ' : 'renewed '}
        <Time at={resetAt} />
      </span>
    </>
  );
}

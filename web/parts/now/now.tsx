import './now.css';
import type { Status } from '../../api/documents.ts';
import { connection, status as told } from '../../api/events.ts';
import { Empty } from '../../ui/empty.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Actions } from './actions.tsx';
import { ApisTable } from './apis-table.tsx';
import { AttentionNotes } from './attention-notes.tsx';
import { Facts } from './facts.tsx';
import { FreshnessTable } from './freshness-table.tsx';
import { Headline } from './headline.tsx';
import { RunButtons } from './run-buttons.tsx';
import { RunSection } from './run-section.tsx';

/** How things are: whether the catalog is true, what needs a hand, what goes on. */
export function NowPart(_: { readonly params: Readonly<Record<string, string>> }) {
  const status = told.value;
  return <div class="stack now">{status === undefined ? <NothingKnown /> : <Everything status={status} />}</div>;
}

function NothingKnown() {
  return (
    <>
      <h1 tabIndex={-1}>Now</h1>
      {connection.value.state === 'lost' ? (
        <Empty what="The service has not said how things are.">
          <p>It does not answer. Look whether it runs: its log says why it stopped.</p>
        </Empty>
      ) : (
        <Loading what="how things are" />
      )}
    </>
  );
}

function Everything({ status }: { readonly status: Status }) {
  return (
    <>
      <header class="now-head">
        <Headline status={status} />
        <RunButtons />
      </header>
      <Actions actions={status.needsPerson} />
      <AttentionNotes status={status} />
      <div class="now-grid">
        <div class="stack now-left">
          {status.blueprints.length > 0 && <FreshnessTable status={status} />}
          <RunSection status={status} />
        </div>
        <div class="stack now-right">
          <ApisTable apis={status.apis} />
          <Facts status={status} />
        </div>
      </div>
    </>
  );
}

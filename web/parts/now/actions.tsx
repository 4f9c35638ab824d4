import type { Status } from '../../api/documents.ts';
import { Link, pathOf } from '../../router.tsx';
import { CopyCommand } from '../../ui/copy-command.tsx';
import { plural } from '../../ui/format.ts';
import { Name } from '../../ui/name.tsx';
import { Time } from '../../ui/time.tsx';
import { reasonWords } from '../plan/held-words.ts';

type Action = Status['needsPerson'][number];
type Approval = Extract<Action, { type: 'approve_deletions' }>;
type Repair = Extract<Action, { type: 'repair' }>;

/** The set itself has all of them. */
const SHOWN_NAMES = 5;

/** What only a person can do, each with its exact next step. */
export function Actions({ actions }: { readonly actions: readonly Action[] }) {
  return actions.map((action) =>
    action.type === 'repair' ? (
      <RepairNote key={`repair ${action.text}`} action={action} />
    ) : (
      <ApprovalNote key={`approve ${action.blueprint}`} action={action} />
    ),
  );
}

function ApprovalNote({ action }: { readonly action: Approval }) {
  const { blueprint, count, reason, digest, sample, runId, since, command } = action;
  const { title } = reasonWords(reason);
  const shown = sample.slice(0, SHOWN_NAMES);
  const rest = count - shown.length;
  return (
    <section class="note hold stack tight" aria-label={`Approve deletions of ${blueprint}`}>
      <h2>
        {plural(count, 'deletion')} of <Name text={blueprint} /> {count === 1 ? 'waits' : 'wait'} for you
      </h2>
      <p>
        {title}, <Time at={since} />. Nothing of it was deleted.
      </p>
      <div class="row">
        <Link class="button main" to={pathOf('runs', runId, 'held', blueprint)}>
          Look at the set, and approve it
        </Link>
        <CopyCommand cli={command} curl={{ method: 'POST', path: 'v1/runs', body: { approveDeletions: digest } }} />
      </div>
      <p class="small">
        {shown.map((name, index) => [index > 0 && ', ', <Name key={name} text={name} />])}
        {rest > 0 && ` and ${rest.toLocaleString('en-US')} more`}
      </p>
    </section>
  );
}

function RepairNote({ action: { text, blueprints, runId, since } }: { readonly action: Repair }) {
  return (
    <section class="note hold stack tight" aria-label="To repair">
      <h2>Something to repair</h2>
      <p>
        <Name text={text} /> (<Time at={since} />
        {blueprints.length > 0 && ' · '}
        {blueprints.map((name, index) => [index > 0 && ', ', <Name key={name} text={name} />])})
      </p>
      <div class="row">
        <Link class="button main" to={pathOf('runs', runId)}>
          See the run that met it
        </Link>
        <span class="row small quiet">
          Check everything: <CopyCommand cli="komodor-port doctor" curl={{ path: 'v1/doctor' }} />
        </span>
      </div>
    </section>
  );
}

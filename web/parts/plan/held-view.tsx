import { useEffect } from 'preact/hooks';
import { get } from '../../api/client.ts';
import type { HeldDocument, HeldSet } from '../../api/documents.ts';
import { useLoad } from '../../api/use-load.ts';
import { Link, navigate, pathOf, place } from '../../router.tsx';
import { CopyCommand } from '../../ui/copy-command.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Name } from '../../ui/name.tsx';
import { ProblemBox } from '../../ui/problem-box.tsx';
import { quoted } from '../../ui/visible.ts';
import { Approve } from './approve.tsx';
import { HeldFacts } from './held-facts.tsx';
import { HeldRows } from './held-rows.tsx';
import { Incoming } from './incoming.tsx';
import { NewerSet } from './newer-set.tsx';
import { WatchApproval } from './watch-approval.tsx';

interface Params {
  readonly id: string;
  readonly blueprint: string;
}

/** One held-back set of deletions: everything that a person needs to decide, and the decision. */
export function HeldView({ id, blueprint }: Params) {
  const path = `v1/runs/${encodeURIComponent(id)}/held`;
  // What leads to the entities is asked from Port, and takes longer.
  const held = useLoad(`held ${id} ${blueprint}`, (signal) =>
    get<HeldDocument>(path, { query: { blueprint, incoming: false }, signal }),
  );
  // `latest` becomes another run with the next one; the address names the set that is shown.
  const runId = held.value?.runId;
  useEffect(() => {
    if (runId !== undefined && runId !== id) navigate(pathOf('runs', runId, 'held', blueprint), { replace: true });
  }, [runId]);
  const document = runId === id ? held.value : undefined;
  const set = document?.held[0];
  return (
    <div class="stack">
      <h1 tabIndex={-1}>
        Deletions held back in <Name text={blueprint} />
      </h1>
      {held.problem && held.problem.status !== 404 && (
        <ProblemBox what="Could not load the set" problem={held.problem} onRetry={held.reload} />
      )}
      {held.problem?.status === 404 && (
        <Empty what="There is no such run, or it is too long ago.">
          <p>
            <Link to="/runs/latest">Look at the last run</Link>
          </p>
        </Empty>
      )}
      {document === undefined && held.problem === undefined && <Loading what="the set" />}
      {document && set === undefined && <NothingHeld id={document.runId} blueprint={blueprint} note={document.note} />}
      {document && set && <TheSet runId={document.runId} set={set} note={document.note} />}
      {document && (
        <p class="row small quiet">
          All of this as text
          <CopyCommand
            cli={`komodor-port changes ${document.runId} --outcome held_back --blueprint ${quoted(blueprint)}`}
            curl={{ path, query: { blueprint } }}
          />
        </p>
      )}
    </div>
  );
}

function TheSet({
  runId,
  set,
  note,
}: {
  readonly runId: string;
  readonly set: HeldSet;
  readonly note: HeldDocument['note'];
}) {
  const approval = place.value.query.get('approval') ?? undefined;
  const name = { runId, blueprint: set.blueprint, digest: set.digest, count: set.count };
  return (
    <>
      <HeldFacts runId={runId} set={set} />
      {approval === undefined ? (
        <>
          <NewerSet set={name} at={set.rows[0]?.at} />
          {set.approvable && <Approve set={set} />}
        </>
      ) : (
        <WatchApproval runId={approval} set={name} />
      )}
      {note && <p class="note warn">{note.message}</p>}
      <Incoming runId={runId} set={set} />
      <HeldRows runId={runId} set={set} />
    </>
  );
}

function NothingHeld({
  id,
  blueprint,
  note,
}: {
  readonly id: string;
  readonly blueprint: string;
  readonly note: HeldDocument['note'];
}) {
  return (
    <Empty what={note?.code === 'in_progress' ? 'This run has not finished.' : 'This run held nothing back here.'}>
      <p>
        <Link to={pathOf('runs', id)}>Look at the run</Link>, or at{' '}
        <Link to={pathOf('runs', 'latest', 'held', blueprint)}>what the last resync holds back</Link>.
      </p>
    </Empty>
  );
}

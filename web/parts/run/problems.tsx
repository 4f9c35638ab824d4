import './problems.css';
import { get } from '../../api/client.ts';
import type { ProblemsDocument } from '../../api/documents.ts';
import { useLoad } from '../../api/use-load.ts';
import { Link, pathOf } from '../../router.tsx';
import { CopyCommand } from '../../ui/copy-command.tsx';
import { countText } from '../../ui/format.ts';
import { Loading } from '../../ui/loading.tsx';
import { StatusMark } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';
import { ProblemBox } from '../../ui/problem-box.tsx';
import { Time } from '../../ui/time.tsx';
import { Advice } from './advice.tsx';

type Problem = ProblemsDocument['problems'][number];

/** What went wrong in a run, grouped: since when, and what to do. */
export function Problems({ runId }: { readonly runId: string }) {
  const path = `v1${pathOf('runs', runId)}/problems`;
  const { value, problem, loading, reload } = useLoad(path, (signal) => get<ProblemsDocument>(path, { signal }));
  return (
    <section class="stack tight" aria-label="Problems">
      <div class="row apart">
        <h2>Problems</h2>
        <CopyCommand curl={{ path }} />
      </div>
      {loading && value === undefined && <Loading what="the problems" />}
      {problem && <ProblemBox what="Could not load the problems" problem={problem} onRetry={reload} />}
      {value?.problems.length === 0 && <p class="quiet">This run met no problem.</p>}
      {value && value.problems.length > 0 && <ProblemTable document={value} />}
    </section>
  );
}

function ProblemTable({ document: { runId, problems } }: { readonly document: ProblemsDocument }) {
  return (
    <table class="problem-table">
      <thead>
        <tr>
          <th scope="col">Problem</th>
          <th scope="col" class="number">
            Count
          </th>
          <th scope="col">First seen</th>
          <th scope="col">Samples</th>
        </tr>
      </thead>
      <tbody>
        {problems.map((one) => (
          <ProblemRow key={`${one.code} ${one.kind} ${one.message}`} one={one} runId={runId} />
        ))}
      </tbody>
    </table>
  );
}

function ProblemRow({ one, runId }: { readonly one: Problem; readonly runId: string }) {
  return (
    <tr>
      <td>
        <p class="row">
          <StatusMark name={one.severity === 'error' ? 'error' : 'delayed'} word={one.severity} />
          <code>{one.code}</code>
          {one.kind !== undefined && <span class="small quiet">{one.kind}</span>}
        </p>
        <p>
          <Name text={one.message} />
        </p>
        {one.expression !== undefined && (
          <p class="small quiet">
            <code>
              <Name text={one.path ?? ''} />: <Name text={one.expression} />
            </code>
          </p>
        )}
        <Advice code={one.code} docs={one.docs} />
      </td>
      <td class="number">{countText(one.count)}</td>
      <td>
        <FirstSeen one={one} runId={runId} />
      </td>
      <td class="small samples">
        {one.samples.map((sample) => (
          <Name key={sample} text={sample} />
        ))}
      </td>
    </tr>
  );
}

function FirstSeen({ one: { firstSeen }, runId }: { readonly one: Problem; readonly runId: string }) {
  if (firstSeen === null) return <span class="quiet">not known</span>;
  if (firstSeen.runId === runId) return <span>in this run</span>;
  return (
    <Link to={pathOf('runs', firstSeen.runId)}>
      <Time at={firstSeen.at} />
    </Link>
  );
}

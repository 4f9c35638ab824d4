import './mapping.css';
import './editor/editor.css';
import { useLoad } from '../../api/use-load.ts';
import { place } from '../../router.tsx';
import { Loading } from '../../ui/loading.tsx';
import { ProblemBox } from '../../ui/problem-box.tsx';
import { inUse, loadInUse } from './store.ts';
import { Workbench } from './workbench.tsx';

/** Edit the mapping, and see at once what comes of it. */
export function MappingPart(_: { readonly params: Readonly<Record<string, string>> }) {
  const { problem, reload } = useLoad('mapping', loadInUse, { keep: true });
  const { query } = place.value;
  return (
    <div class="stack mapping">
      {problem !== undefined && (
        <ProblemBox what="Could not load the mapping in use" problem={problem} onRetry={reload} />
      )}
      {inUse.value === undefined ? (
        <>
          <h1 tabIndex={-1}>Mapping</h1>
          {problem === undefined && <Loading what="the mapping in use" />}
        </>
      ) : (
        <Workbench found={inUse.value} query={query} onWritten={reload} />
      )}
    </div>
  );
}

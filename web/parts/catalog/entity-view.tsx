import { useSignal } from '@preact/signals';
import type { Explanation } from '../../api/documents.ts';
import { useLoad } from '../../api/use-load.ts';
import { navigate, pathOf } from '../../router.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyCommand } from '../../ui/copy-command.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Name } from '../../ui/name.tsx';
import { ProblemBox } from '../../ui/problem-box.tsx';
import { quoted } from '../../ui/visible.ts';
import { ExplanationView } from './explanation-view.tsx';
import { patientGet } from './patient-get.ts';
import { SearchBox } from './search-box.tsx';

interface Props {
  readonly blueprint: string;
  readonly identifier: string;
}

/** Why one entity looks as it does, is missing, or would be deleted. */
export function EntityView({ blueprint, identifier }: Props) {
  const path = `v1${pathOf('entities', blueprint, identifier)}`;
  const waiting = useSignal(false);
  const { value, problem, loading, reload } = useLoad<Explanation>(path, (signal) => {
    waiting.value = false;
    return patientGet(path, {
      signal,
      onWait: () => {
        waiting.value = true;
      },
    });
  });
  const title = value?.port?.entity.title ?? undefined;
  return (
    <div class="stack catalog">
      <SearchBox
        q=""
        takesFocus={false}
        onInput={(text) => navigate(`/catalog?${new URLSearchParams({ q: text })}`)}
        onOpen={() => navigate('/catalog')}
      />
      <div class="row apart">
        <div class="who">
          <h1 tabIndex={-1}>
            <Name text={title ?? identifier} />
          </h1>
          <p class="quiet">
            <Name text={blueprint} /> <Name text={value?.identifier ?? identifier} />
          </p>
        </div>
        <div class="row">
          <Button onClick={reload} disabled={loading}>
            {loading ? 'Asking…' : 'Ask again'}
          </Button>
          <CopyCommand cli={`komodor-port explain ${quoted(blueprint)} ${quoted(identifier)}`} curl={{ path }} />
        </div>
      </div>
      {problem && <ProblemBox what="Could not explain it" problem={problem} onRetry={reload} />}
      {value === undefined && loading && (
        <Loading
          what={
            waiting.value ? 'it; others are asking too, so this waits its turn' : 'what Port and Komodor say about it'
          }
        />
      )}
      {value && <ExplanationView explanation={value} />}
    </div>
  );
}

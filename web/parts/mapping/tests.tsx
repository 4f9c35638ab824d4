import { useSignal } from '@preact/signals';
import { send } from '../../api/client.ts';
import type { TestDocument } from '../../api/documents.ts';
import { ApiProblem } from '../../api/problem.ts';
import { Button } from '../../ui/button.tsx';
import { CopyCommand } from '../../ui/copy-command.tsx';
import { ProblemBox } from '../../ui/problem-box.tsx';
import { Editor } from './editor/editor.tsx';
import { change, draft, testsText } from './store.ts';
import { TestResults } from './test-results.tsx';

interface Props {
  /** A test of the item that is shown; undefined: there is none yet. */
  readonly testOfItem: (() => string) | undefined;
}

/** Mapping tests, run against the text that is being edited. */
export function Tests({ testOfItem }: Props) {
  const result = useSignal<{ readonly document: TestDocument; readonly of: string } | undefined>(undefined);
  const problem = useSignal<ApiProblem | undefined>(undefined);
  const isRunning = useSignal(false);
  const { tests, mapping } = draft.value;

  async function run() {
    isRunning.value = true;
    problem.value = undefined;
    try {
      const document = await send<TestDocument>('POST', 'v1/test', { tests, mapping });
      result.value = { document, of: tests + mapping };
    } catch (error) {
      problem.value = error instanceof ApiProblem ? error : new ApiProblem(0, 'page', String(error));
    } finally {
      isRunning.value = false;
    }
  }

  return (
    <section class="tests" aria-label="Mapping tests">
      <div class="row apart">
        <h2>Tests</h2>
        <span class="row">
          <Button disabled={testOfItem === undefined} onClick={() => testOfItem && change({ tests: testOfItem() })}>
            Add a test of the item above
          </Button>
          <Button look="main" disabled={isRunning.value || tests.trim() === ''} onClick={() => void run()}>
            {isRunning.value ? 'Running…' : 'Run the tests'}
          </Button>
          <CopyCommand cli="komodor-port test mapping.test.yaml" />
        </span>
      </div>
      <div class="tests-columns">
        <div>
          <Editor label="Mapping tests as YAML" text={testsText} onText={(text) => change({ tests: text })} />
          <p class="small quiet">
            The same as a file for <code>komodor-port test</code>: an item under <code>given</code>, and what is
            expected of it. They test the text above.
          </p>
        </div>
        <div role="status">
          {problem.value !== undefined && (
            <ProblemBox
              what="The tests could not be run"
              problem={problem.value}
              detail={[problem.value.message, ...problem.value.errors.map(({ message }) => message)].join(' ')}
            />
          )}
          <TestResults document={result.value?.document} isOld={result.value?.of !== tests + mapping} />
        </div>
      </div>
    </section>
  );
}

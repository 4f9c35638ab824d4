import type { TestDocument } from '../../api/documents.ts';
import { Empty } from '../../ui/empty.tsx';
import { plural, valueText } from '../../ui/format.ts';
import { Shape } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';

type Test = TestDocument['files'][number]['tests'][number];

interface Props {
  readonly document: TestDocument | undefined;
  /** Whether the tests or the mapping were changed meanwhile. */
  readonly isOld: boolean;
}

export function TestResults({ document, isOld }: Props) {
  if (document === undefined) {
    return (
      <Empty what="No test was run yet.">
        <p>Add a test of the item above, change what it expects, and run it.</p>
      </Empty>
    );
  }
  const { passed, failed, problems, files } = document;
  return (
    <div class="stack tight">
      <p>
        <strong>
          {failed === 0 && problems.length === 0 ? `All ${passed} passed` : `${failed} failed, ${passed} passed`}
        </strong>
        {isOld && <span class="quiet"> with the text as it was. Run them again.</span>}
      </p>
      {problems.map((problem) => (
        <p key={problem} class="note bad">
          Cannot be used: <Name text={problem} />
        </p>
      ))}
      <ul class="findings">
        {files
          .flatMap(({ tests }) => tests)
          .map((test) => (
            <TestLine key={test.name} test={test} />
          ))}
      </ul>
    </div>
  );
}

function TestLine({ test: { name, kind, line, status, failures, notes } }: { readonly test: Test }) {
  const isPassed = status === 'passed';
  return (
    <li>
      <span class={`mark ${isPassed ? 'tone-ok' : 'tone-bad'}`}>
        <Shape shape={isPassed ? 'check' : 'cross'} />
        <span>{isPassed ? 'Passed' : 'Failed'}</span>
      </span>{' '}
      <Name text={name} />{' '}
      <span class="quiet small">
        {kind}, line {line}
        {notes.length > 0 && `, ${plural(notes.length, 'field')} failed`}
      </span>
      {failures.map(({ message, entry, expression, input }) => (
        <div key={message} class="failure">
          <Name text={message} />
          {expression !== undefined && (
            <code class="expression">
              <Name text={`${entry ?? ''}: ${expression}`} />
            </code>
          )}
          {input !== undefined && (
            <span class="small quiet">
              looked at <Name text={valueText(input)} />
            </span>
          )}
        </div>
      ))}
      {notes.map((note) => (
        <div key={note} class="failure quiet">
          <Name text={note} />
        </div>
      ))}
    </li>
  );
}

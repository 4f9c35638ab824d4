import type { JournalRow } from '../../api/documents.ts';
import { Name } from '../../ui/name.tsx';
import { prettyJson } from './pretty-json.ts';

type Kept = NonNullable<JournalRow['error']>['exchange'];

/** What was sent about the entity, and what Port answered. */
export function Exchange({ exchange }: { readonly exchange: Kept }) {
  if (exchange === undefined) {
    return (
      <p class="quiet small">
        What was sent and answered is not kept: it is of the first 100 refused rows of a run, with RUN_HISTORY=values,
        and only where an answer is known.
      </p>
    );
  }
  const { request, answer } = exchange;
  return (
    <section class="stack tight">
      <h3>What was sent</h3>
      <p>
        <code>
          {request.method} <Name text={request.path} />
        </code>
      </p>
      <Body text={request.body} label="The request’s body" />
      <h3>{answer.status === null ? 'No answer came' : `Port answered ${answer.status}`}</h3>
      {answer.body !== '' && <Body text={answer.body} label="Port’s answer" />}
      <p class="quiet small">Only the part about this entity. Texts are cut at 2 KiB; secrets are masked.</p>
    </section>
  );
}

function Body({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <pre class="run-body" tabIndex={0} role="region" aria-label={label}>
      <Name text={prettyJson(text)} />
    </pre>
  );
}

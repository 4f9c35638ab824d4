import type { RunReport } from '../../api/documents.ts';
import { Link, pathOf } from '../../router.tsx';
import { plural } from '../../ui/format.ts';
import { Shape } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';
import { reasonWords } from './held-words.ts';
import { outcomeOf } from './outcome.ts';
import { SetDifference } from './set-difference.tsx';
import type { SetName } from './use-names.ts';

/** In words, how the run ended that was given the approval; if the set has changed, what differs. */
export function ApprovalOutcome({ report, set }: { readonly report: RunReport; readonly set: SetName }) {
  const outcome = outcomeOf(report, set);
  switch (outcome.type) {
    case 'done':
      return (
        <div class={outcome.missing === 0 ? 'note ok' : 'note warn'}>
          <p>
            <span class={outcome.missing === 0 ? 'mark tone-ok' : 'mark tone-warn'}>
              <Shape shape={outcome.missing === 0 ? 'check' : 'triangle'} />
              <strong>Carried out:</strong>
            </span>{' '}
            {plural(outcome.deleted, 'entity was', 'entities were')} deleted.
            {outcome.missing > 0 && ` ${outcome.missing} of the set were not.`}
          </p>
          <Reasons why={outcome.why} />
        </div>
      );
    case 'changed':
      return (
        <div class="note bad stack tight">
          <p>
            <span class="mark tone-bad">
              <Shape shape="cross" />
              <strong>Refused: the set has changed.</strong>
            </span>{' '}
            Nothing of it was deleted. The set held back now has the digest <code>{outcome.now.digest}</code>.
          </p>
          <SetDifference
            before={set}
            now={{ ...set, runId: report.runId, digest: outcome.now.digest, count: outcome.now.count }}
          />
          <p>
            <Link class="button" to={pathOf('runs', report.runId, 'held', set.blueprint)}>
              Look at the set held now, and decide
            </Link>
          </p>
        </div>
      );
    case 'guard_let_go':
      return (
        <p class="note warn">
          <strong>The set has changed.</strong> It was so small now that the guards let it go without an approval:{' '}
          {plural(outcome.deleted, 'entity was', 'entities were')} deleted. See{' '}
          <Link to={pathOf('runs', report.runId)}>the run</Link>.
        </p>
      );
    case 'nothing_left':
      return (
        <p class="note">
          <strong>Nothing was left to delete.</strong> The entities of this set are gone already, or Komodor has them
          again.
        </p>
      );
    case 'not_proved':
      return (
        <p class="note bad">
          <strong>Not carried out.</strong> {reasonWords(outcome.now.reason).title}, so nothing was deleted.{' '}
          {reasonWords(outcome.now.reason).next} This approval is used up; the set can be approved again.
        </p>
      );
    case 'ended':
      return (
        <div class="note bad">
          <p>
            <strong>Not carried out:</strong> the run ended as {outcome.status}. The set can be approved again.
          </p>
          <Reasons why={outcome.why} />
        </div>
      );
  }
}

function Reasons({ why }: { readonly why: readonly string[] }) {
  if (why.length === 0) return null;
  return (
    <ul>
      {why.slice(0, 5).map((message) => (
        <li key={message}>
          <Name text={message} />
        </li>
      ))}
    </ul>
  );
}

import { Link, pathOf } from '../../router.tsx';
import { countText, plural } from '../../ui/format.ts';
import { Name } from '../../ui/name.tsx';
import { ProblemBox } from '../../ui/problem-box.tsx';
import type { PlanState } from './follow-plan.ts';
import { effectOf } from './plan-effect.ts';
import { refusalOf } from './refusal.ts';

interface Props {
  readonly plan: PlanState;
  readonly runId: string | undefined;
  /** Whether the text was changed after the plan. */
  readonly isOld: boolean;
}

/** What the plan of the edited mapping would do to everything. */
export function PlanLine({ plan, runId, isOld }: Props) {
  if (plan.state === 'none' || runId === undefined) return null;
  if (plan.state === 'under_way') {
    return (
      <p class="note" role="status">
        {plan.words}
      </p>
    );
  }
  if (plan.state === 'lost') {
    const { what, next } = refusalOf(plan.problem);
    return <ProblemBox what={what} problem={plan.problem} detail={next} />;
  }
  const effect = effectOf(plan.report);
  const isQuiet = effect.create + effect.update + effect.delete + effect.heldBack === 0;
  const tone =
    effect.unfit !== undefined || effect.errors > 0 ? 'bad' : effect.heldBack > 0 ? 'hold' : isOld ? '' : 'ok';
  return (
    <div class={`note ${tone} row apart`} role="status">
      <p>
        <strong>{isOld ? 'Before your last changes, this mapping' : 'This mapping'} would </strong>
        {isQuiet ? (
          <>change nothing ({plural(effect.unchanged, 'entity', 'entities')} as they are)</>
        ) : (
          <>
            create <b class="number">{countText(effect.create)}</b>, update{' '}
            <b class="number">{countText(effect.update)}</b>, delete <b class="number">{countText(effect.delete)}</b>
            {effect.heldBack > 0 && (
              <>
                {' '}
                and hold back <b class="number">{plural(effect.heldBack, 'deletion')}</b> until somebody approves
              </>
            )}
          </>
        )}
        .{effect.errors > 0 && ` The plan has ${plural(effect.errors, 'error')}: `}
        {effect.firstError !== undefined && <Name text={effect.firstError} />}
        {effect.unfit !== undefined && ` ${effect.unfit}`}
      </p>
      <Link to={pathOf('plan', runId)} class="button">
        Look at the plan
      </Link>
    </div>
  );
}

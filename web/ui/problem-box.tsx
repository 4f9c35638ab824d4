import type { ApiProblem } from '../api/problem.ts';
import { adviceOn } from './advice.ts';
import { Button } from './button.tsx';
import { Name } from './name.tsx';

interface Props {
  /** `Could not load the run` */
  readonly what: string;
  readonly problem?: ApiProblem | undefined;
  readonly detail?: string;
  readonly onRetry?: () => void;
}

/** Something did not work: what, why, and again. */
export function ProblemBox({ what, problem, detail = problem?.message, onRetry }: Props) {
  return (
    <div class="note bad row apart" role="alert">
      <p>
        <strong>{what}.</strong> {detail !== undefined && <Name text={detail} />} {problem && adviceOn(problem.code)}{' '}
        {problem?.retryAfterSeconds !== undefined && `Try again in ${problem.retryAfterSeconds} s. `}
        {problem !== undefined && problem.status > 0 && <code class="quiet">{problem.code}</code>}
      </p>
      {onRetry && <Button onClick={onRetry}>Try again</Button>}
    </div>
  );
}

import type { ApiProblem } from '../../api/problem.ts';
import { Button } from '../../ui/button.tsx';
import { ProblemBox } from '../../ui/problem-box.tsx';

interface Props {
  readonly before: string | null;
  readonly state: 'idle' | 'loading' | ApiProblem;
  readonly onMore: () => void;
}

/** Older entries, on demand. */
export function Older({ before, state, onMore }: Props) {
  if (before === null) {
    return <p class="quiet small">That is all that is kept: some hundred entries, for 30 days.</p>;
  }
  if (state !== 'idle' && state !== 'loading') {
    return <ProblemBox what="Could not load older entries" problem={state} onRetry={onMore} />;
  }
  return (
    <p>
      <Button onClick={onMore} disabled={state === 'loading'}>
        {state === 'loading' ? 'Loading older entries…' : 'Show older entries'}
      </Button>
    </p>
  );
}

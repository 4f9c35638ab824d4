import { ProblemBox } from '../../ui/problem-box.tsx';
import type { Asked } from './ask-when-quiet.ts';

interface Props {
  /** `Could not check the mapping` */
  readonly failed: string;
  /** `Checking…` */
  readonly busy: string;
  readonly done: string;
  readonly asked: Asked<unknown>;
}

/** Where a question stands, in words. */
export function AskedLine({ failed, busy, done, asked: { state, problem, value } }: Props) {
  if (state === 'answered' && problem !== undefined) return <ProblemBox what={failed} problem={problem} />;
  const text =
    state === 'waiting'
      ? `The service is busy. It is asked again in ${problem?.retryAfterSeconds ?? 5} s.`
      : state === 'asking' || value === undefined
        ? busy
        : done;
  return (
    <p class="small quiet" role="status">
      {text}
    </p>
  );
}

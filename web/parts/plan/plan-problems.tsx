import type { RunReport } from '../../api/documents.ts';
import { plural } from '../../ui/format.ts';
import { StatusMark } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';

/** The problems of the plan. What is held back is shown by itself. */
export function PlanProblems({ problems }: Pick<RunReport, 'problems'>) {
  const others = problems.filter(({ code }) => code !== 'deletion_blocked');
  if (others.length === 0) return null;
  const isWrong = others.some(({ severity }) => severity === 'error');
  return (
    <details open={isWrong}>
      <summary>
        {plural(others.length, 'problem')}
        {isWrong && '; what could not be read is not in this plan'}
      </summary>
      <ul class="problems">
        {others.map(({ code, severity, message, count, samples }) => (
          <li key={`${code} ${message}`}>
            <StatusMark name={severity === 'error' ? 'error' : 'degraded'} word={severity} /> <code>{code}</code>{' '}
            <Name text={message} />
            {count > 1 && ` (${count} times)`}
            {samples.length > 0 && (
              <span class="quiet small">
                {' '}
                e.g. <Name text={samples.slice(0, 3).join('; ')} />
              </span>
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}

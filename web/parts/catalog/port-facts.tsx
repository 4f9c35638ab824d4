import type { Explanation } from '../../api/documents.ts';
import { Name } from '../../ui/name.tsx';
import { Time } from '../../ui/time.tsx';

/** Whether Port has it, who wrote it, and when. */
export function PortFacts({ port, reads }: Pick<Explanation, 'port' | 'reads'>) {
  const wasAsked = !reads.some(({ kind, complete }) => kind === 'port' && !complete);
  return (
    <section class="stack tight">
      <h2>In Port</h2>
      {port === null ? (
        <p class="quiet">
          {wasAsked ? 'Port does not have it.' : 'It is not known whether Port has it; see what was asked.'}
        </p>
      ) : (
        <dl class="facts">
          <dt>Written by</dt>
          <dd>{port.owner === null ? 'Port does not say' : <Name text={port.owner} />}</dd>
          <dt>Changed</dt>
          <dd>{port.updatedAt === null ? 'Port does not say' : <Time at={port.updatedAt} />}</dd>
          {typeof port.entity.icon === 'string' && (
            <>
              <dt>Icon</dt>
              <dd>
                <Name text={port.entity.icon} />
              </dd>
            </>
          )}
        </dl>
      )}
    </section>
  );
}

import type { Status } from '../../api/documents.ts';
import { Link } from '../../router.tsx';
import { CopyCommand } from '../../ui/copy-command.tsx';
import { Name } from '../../ui/name.tsx';
import { attentionOf } from './attention.ts';

/** What is wrong, besides what waits for a decision. */
export function AttentionNotes({ status }: { readonly status: Status }) {
  return attentionOf(status).map(({ tone, title, detail, next, to, cli }) => (
    <section key={`${title} ${detail}`} class={`note ${tone} stack tight`} aria-label={title}>
      <p>
        <strong>
          <Name text={title} />.
        </strong>{' '}
        <Name text={detail} />
      </p>
      <p class="row small">
        {to === undefined ? <span>{next}</span> : <Link to={to}>{next}</Link>}
        {cli !== undefined && <CopyCommand cli={cli} curl={{ path: 'v1/doctor' }} />}
      </p>
    </section>
  ));
}

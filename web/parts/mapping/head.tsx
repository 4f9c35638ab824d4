import type { MappingDocument } from '../../api/documents.ts';
import { Link, setQuery } from '../../router.tsx';
import { CopyCommand } from '../../ui/copy-command.tsx';
import { Field } from '../../ui/field.tsx';
import { Name } from '../../ui/name.tsx';
import { hasMoved, isEdited, isKept, written } from './store.ts';

interface Props {
  readonly found: MappingDocument;
  readonly kinds: readonly string[];
  readonly kind: string;
}

/** Where the mapping in use comes from, whether it is edited, and the kind to try. */
export function Head({ found, kinds, kind }: Props) {
  const shown = kinds.includes(kind) || kind === '' ? kinds : [...kinds, kind];
  return (
    <>
      <div class="row apart">
        <div class="stack tight">
          <h1 tabIndex={-1}>Mapping</h1>
          <p class="quiet">
            In use: <Name text={found.origin} />, <code title="Names this mapping">{found.digest}</code>
            <CopyCommand curl={{ path: 'v1/mapping' }} />
          </p>
        </div>
        <Field name="Kind">
          <select
            class="input"
            value={kind}
            onChange={({ currentTarget }) => setQuery({ kind: currentTarget.value, item: undefined, q: undefined })}
          >
            {shown.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </Field>
      </div>
      {found.source === 'file' && (
        <p class="note">
          <strong>Files are the source of the mapping.</strong> With <code>MAPPING_SOURCE=file</code> each resync writes
          them to Port: try changes here, download the text, change the files with it, and let them be rolled out. With{' '}
          <code>MAPPING_SOURCE=port</code>, the first resync brings them to Port, and they can be edited here after it.
        </p>
      )}
      {written.value === found.digest && !isEdited.value && (
        <p class="note ok" role="status">
          <strong>Written to Port.</strong> The next resync uses it; Port asks for one. It is in the{' '}
          <Link to="/timeline">timeline</Link>.
        </p>
      )}
      {isEdited.value && (
        <p class="note warn" role="status">
          <strong>Edited, and not written to Port.</strong>{' '}
          {isKept.value
            ? 'The text is kept until you close this tab, also over a reload.'
            : 'The browser cannot keep the text over a reload: download it.'}
          {hasMoved.value && ' The mapping in use has been changed since you began: look at the difference.'}
        </p>
      )}
    </>
  );
}

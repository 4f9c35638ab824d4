import { Name } from '../../ui/name.tsx';

/** What could not be asked, so that nobody takes silence for an answer. */
export function Unknown({ sentences }: { readonly sentences: readonly string[] }) {
  if (sentences.length === 0) return null;
  return (
    <div class="note warn">
      <p>
        <strong>Not all could be asked.</strong>
      </p>
      <ul>
        {sentences.map((sentence) => (
          <li key={sentence}>
            <Name text={sentence} />
          </li>
        ))}
      </ul>
    </div>
  );
}

import { Loading } from '../../ui/loading.tsx';
import { Name } from '../../ui/name.tsx';
import { ProblemBox } from '../../ui/problem-box.tsx';
import { differenceOf, differenceWords } from './difference.ts';
import { type SetName, useBothNames } from './use-names.ts';

/** What two held-back sets have that the other has not, by name. */
export function SetDifference({ before, now }: { readonly before: SetName; readonly now: SetName }) {
  const { value, problem, reload } = useBothNames(before, now);
  if (problem) return <ProblemBox what="Could not compare the sets" problem={problem} onRetry={reload} />;
  if (value === undefined) return <Loading what="the difference" />;
  if (value.before === undefined || value.now === undefined) {
    return (
      <p>
        {before.count.toLocaleString('en-US')} before, {now.count.toLocaleString('en-US')} now. The names of one of the
        sets are not kept whole, so they cannot be compared one by one.
      </p>
    );
  }
  const difference = differenceOf(value.before, value.now);
  return (
    <div class="stack tight">
      <p>
        {before.count.toLocaleString('en-US')} before, {now.count.toLocaleString('en-US')} now:{' '}
        {differenceWords(difference)}.
      </p>
      <div class="both-sides">
        <Names title="Came in" sign="+" names={difference.added} />
        <Names title="No longer in it" sign="−" names={difference.left} />
      </div>
    </div>
  );
}

const MAX_SHOWN = 500;

function Names({
  title,
  sign,
  names,
}: {
  readonly title: string;
  readonly sign: string;
  readonly names: readonly string[];
}) {
  if (names.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3>
        {title} ({names.length.toLocaleString('en-US')})
      </h3>
      <ul class="names" tabIndex={0}>
        {names.slice(0, MAX_SHOWN).map((name) => (
          <li key={name}>
            <span aria-hidden="true">{sign} </span>
            <Name text={name} />
          </li>
        ))}
        {names.length > MAX_SHOWN && (
          <li class="quiet">and {(names.length - MAX_SHOWN).toLocaleString('en-US')} more</li>
        )}
      </ul>
    </section>
  );
}

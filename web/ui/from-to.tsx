import { valueText } from './format.ts';
import { Name } from './name.tsx';

/** A change of a value. A `from` that is missing is not known. */
export function FromTo({
  change,
  cut = false,
}: {
  readonly change: { from?: unknown; to?: unknown };
  readonly cut?: boolean;
}) {
  return (
    <span class="from-to">
      {'from' in change && change.from !== null && (
        <>
          <span class="seen-by-readers">from </span>
          <del class="from">
            <Name text={valueText(change.from)} cut={cut} />
          </del>
          <span aria-hidden="true"> → </span>
          <span class="seen-by-readers"> to </span>
        </>
      )}
      <ins class="to">
        <Name text={valueText(change.to)} cut={cut} />
      </ins>
    </span>
  );
}

import type { ItemDifference } from '../../../src/answers/map-difference.ts';
import { FromTo } from '../../ui/from-to.tsx';
import { StatusMark } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';

/** What the edited mapping makes different of the item. @param item undefined: nothing */
export function DifferenceList({ item, from }: { readonly item: ItemDifference | undefined; readonly from: string }) {
  if (item === undefined) return <p class="quiet">The same comes out with the mapping in use.</p>;
  return (
    <div class="note stack tight">
      <h3>
        Different from the mapping in use (<Name text={from} />)
      </h3>
      {item.changes.map(({ action, blueprint, identifier, fields }) => (
        <div key={`${blueprint} ${identifier}`}>
          <p>
            <StatusMark name={action} /> <Name text={blueprint} /> <Name text={identifier} />
          </p>
          <dl class="fields">
            {Object.entries(fields).map(([path, change]) => (
              <div key={path}>
                <dt>
                  <Name text={path} />
                </dt>
                <dd>
                  <FromTo change={{ from: change.from, to: change.to ?? 'not written' }} />
                </dd>
              </div>
            ))}
          </dl>
        </div>
      ))}
      {item.problems.map((problem) => (
        <p key={problem} class="tone-bad">
          New: <Name text={problem} />
        </p>
      ))}
    </div>
  );
}

import { setQuery } from '../../router.tsx';
import { wordOf } from '../../ui/words.ts';
import { type Filter, queryOf, STATUSES, TYPE_GROUPS, toggled } from './filter.ts';

/** What is shown: types, how runs ended, and whether quiet runs are there. All of it is in the address. */
export function Filters({ filter }: { readonly filter: Filter }) {
  const change = (changes: Partial<Filter>) => setQuery(queryOf({ ...filter, ...changes }));
  return (
    <div class="row timeline-filters">
      <div class="segments" role="group" aria-label="What happened">
        <Toggle isOn={filter.types.length === 0} text="Everything" onToggle={() => change({ types: [] })} />
        {TYPE_GROUPS.map(({ text, types }) => (
          <Toggle
            key={text}
            isOn={types.every((type) => filter.types.includes(type))}
            text={text}
            onToggle={() => change({ types: toggled(filter.types, types) })}
          />
        ))}
      </div>
      <div class="segments" role="group" aria-label="How runs and plans ended">
        <Toggle isOn={filter.statuses.length === 0} text="Any end" onToggle={() => change({ statuses: [] })} />
        {STATUSES.map((status) => (
          <Toggle
            key={status}
            isOn={filter.statuses.includes(status)}
            text={wordOf(status).word}
            onToggle={() => change({ statuses: toggled(filter.statuses, [status]) })}
          />
        ))}
      </div>
      <label class="row">
        <input
          type="checkbox"
          checked={filter.changed}
          onChange={(event) => change({ changed: event.currentTarget.checked })}
        />
        Hide what changed nothing
      </label>
    </div>
  );
}

function Toggle({ isOn, text, onToggle }: { isOn: boolean; text: string; onToggle: () => void }) {
  return (
    <button type="button" aria-pressed={isOn} onClick={onToggle}>
      {text}
    </button>
  );
}

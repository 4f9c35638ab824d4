import { useSignal } from '@preact/signals';
import { navigate } from '../../router.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { StatusMark } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';
import { closeOverlay } from '../overlay.ts';
import type { Choice } from './choices.ts';
import { useChoices } from './use-choices.ts';

function choose({ to, run }: Choice): void {
  closeOverlay('search');
  run?.();
  if (to !== undefined) navigate(to);
}

/** Finds views, commands, runs and entities by a part of their names. */
export function SearchDialog() {
  const text = useSignal('');
  const { choices, note } = useChoices(text.value.trim());
  const activeId = useSignal<string | undefined>(undefined);
  const active = Math.max(
    0,
    choices.findIndex(({ id }) => id === activeId.value),
  );

  function move(step: number): void {
    activeId.value = choices[(active + step + choices.length) % choices.length]?.id;
    document
      .getElementById(`choice-${(active + step + choices.length) % choices.length}`)
      ?.scrollIntoView({ block: 'nearest' });
  }
  function onKeyDown(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined && event.key !== 'Enter') return;
    event.preventDefault();
    const chosen = choices[active];
    if (step !== undefined) move(step);
    else if (chosen !== undefined) choose(chosen);
  }

  return (
    <Dialog title="Search" onClose={() => closeOverlay('search')} look="search">
      <input
        class="input"
        type="text"
        role="combobox"
        aria-label="Entities, runs, views and commands"
        aria-expanded={true}
        aria-controls="choices"
        aria-activedescendant={choices.length === 0 ? undefined : `choice-${active}`}
        placeholder="A part of a name, a run, a view"
        autoComplete="off"
        spellcheck={false}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          activeId.value = undefined;
        }}
        onKeyDown={onKeyDown}
      />
      <div id="choices" role="listbox" aria-label="Found" class="choices">
        {choices.map((choice, index) => (
          <Option
            key={`${choice.group} ${choice.id}`}
            choice={choice}
            index={index}
            isActive={index === active}
            isFirst={choice.group !== choices[index - 1]?.group}
          />
        ))}
      </div>
      <p class="quiet small" role="status">
        {note}
      </p>
    </Dialog>
  );
}

interface OptionProps {
  readonly choice: Choice;
  readonly index: number;
  readonly isActive: boolean;
  /** The first of its group. */
  readonly isFirst: boolean;
}

function Option({ choice, index, isActive, isFirst }: OptionProps) {
  const { group, text, detail, status, key } = choice;
  return (
    <div
      id={`choice-${index}`}
      role="option"
      tabIndex={-1}
      aria-selected={isActive}
      class={isActive ? 'choice active' : 'choice'}
      onClick={() => choose(choice)}
      onKeyDown={() => undefined}
    >
      <span class="group">{isFirst ? group : ''}</span>
      <span class="what">
        <Name text={text} cut />
        {detail !== undefined && (
          <span class="quiet small">
            <Name text={detail} cut />
          </span>
        )}
      </span>
      {status !== undefined && <StatusMark name={status} />}
      {key !== undefined && <kbd>{key}</kbd>}
    </div>
  );
}

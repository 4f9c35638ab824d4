import { Dialog } from '../ui/dialog.tsx';
import { activeKeys } from '../ui/keys.ts';
import { closeOverlay } from './overlay.ts';
import { SHELL_KEYS } from './shell-keys.ts';

/** Keys that lists know by themselves. */
const LIST_KEYS: ReadonlyMap<string, string> = new Map([
  ['j', 'Next row (also ↓)'],
  ['k', 'Row before (also ↑)'],
  ['Enter', 'Open the row'],
  ['Home', 'First row'],
  ['End', 'Last row'],
  ['Esc', 'Close what is open'],
]);

/** The keys that work in the view behind it. */
export function HelpDialog() {
  const active = [...activeKeys()];
  const isOfShell = ([key]: readonly [string, string]) => SHELL_KEYS.some((each) => each === key);
  const ofView = active.filter((each) => !isOfShell(each) && each[0] !== 'Escape');
  return (
    <Dialog title="Keys" onClose={() => closeOverlay('help')} look="help">
      <div class="help-columns">
        {ofView.length > 0 && <KeyList title="In this view" keys={ofView} />}
        <KeyList title="In a list" keys={[...LIST_KEYS]} />
        <KeyList title="Everywhere" keys={active.filter(isOfShell)} />
      </div>
      <p class="quiet small">
        Keys with two letters are pressed one after the other. The address of a view holds its filters: pass it on.
        Beside each action is the same as a command, and docs/page.md explains the rest.
      </p>
    </Dialog>
  );
}

function KeyList({ title, keys }: { readonly title: string; readonly keys: readonly (readonly [string, string])[] }) {
  return (
    <section class="stack tight">
      <h3>{title}</h3>
      <dl class="key-list">
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              {key.split(' ').map((each) => (
                <kbd key={each}>{each}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

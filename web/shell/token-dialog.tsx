import { useSignal } from '@preact/signals';
import { refusalOf } from '../api/check-token.ts';
import { keepToken, tokenWanted } from '../api/token.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';

const WORDS = {
  missing: 'This service wants a token.',
  wrong: 'The service no longer takes the token that this tab has.',
};

/** Asks for API_TOKEN when the service wants it. A wrong one is not kept. */
export function TokenDialog() {
  const wanted = tokenWanted.value;
  if (wanted === undefined) return null;
  return (
    <Dialog
      title="Enter the token"
      onClose={() => {
        tokenWanted.value = undefined;
      }}
    >
      <p>
        {WORDS[wanted]} It is the value of <code>API_TOKEN</code> in the settings of the service. This tab keeps it
        until it is closed, and sends it to this service only.
      </p>
      <TokenForm />
    </Dialog>
  );
}

function TokenForm() {
  const entered = useSignal('');
  const refusal = useSignal<string | undefined>(undefined);
  const checking = useSignal(false);

  async function check(): Promise<void> {
    const token = entered.value.trim();
    if (token === '' || checking.value) return;
    checking.value = true;
    refusal.value = await refusalOf(token);
    checking.value = false;
    if (refusal.value === undefined) keepToken(token);
  }

  return (
    <form
      class="stack tight"
      onSubmit={(event) => {
        event.preventDefault();
        void check();
      }}
    >
      <div class="row bottom">
        <Field name="Token">
          <input
            class="input"
            type="password"
            autoComplete="off"
            spellcheck={false}
            aria-invalid={refusal.value !== undefined}
            aria-describedby="token-refusal"
            value={entered.value}
            onInput={(event) => {
              entered.value = event.currentTarget.value;
              refusal.value = undefined;
            }}
          />
        </Field>
        <button type="submit" class="button main">
          {checking.value ? 'Checking…' : 'Go on'}
        </button>
      </div>
      <p id="token-refusal" role="alert" class="tone-bad">
        {refusal.value}
      </p>
    </form>
  );
}

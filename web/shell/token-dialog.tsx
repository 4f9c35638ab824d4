import { useSignal } from '@preact/signals';
import { keepToken, tokenWanted } from '../api/token.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';

/** Asks for API_TOKEN when the service wants it. */
export function TokenDialog() {
  const entered = useSignal('');
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
        {wanted === 'wrong' ? 'The service does not take this token. ' : ''}It is the value of <code>API_TOKEN</code>.
        This tab keeps it until it is closed.
      </p>
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault();
          if (entered.value !== '') keepToken(entered.value);
        }}
      >
        <Field name="Token">
          <input
            class="input"
            type="password"
            autoComplete="off"
            value={entered.value}
            onInput={(event) => {
              entered.value = event.currentTarget.value;
            }}
          />
        </Field>
        <button type="submit" class="button main">
          Go on
        </button>
      </form>
    </Dialog>
  );
}

import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { send } from '../../api/client.ts';
import type { HeldSet } from '../../api/documents.ts';
import { ApiProblem } from '../../api/problem.ts';
import { setQuery } from '../../router.tsx';
import { CopyCommand } from '../../ui/copy-command.tsx';
import { countText, plural } from '../../ui/format.ts';
import { useKeys } from '../../ui/keys.ts';
import { ProblemBox } from '../../ui/problem-box.tsx';
import { isTypedCount } from './held-words.ts';

/** Approves exactly the set that is shown: its digest is sent, after the person has typed how many entities it has. */
export function Approve({ set: { count, digest } }: { readonly set: HeldSet }) {
  const typed = useSignal('');
  const sending = useSignal(false);
  const problem = useSignal<ApiProblem | undefined>(undefined);
  const said = useSignal<string | undefined>(undefined);
  const input = useRef<HTMLInputElement>(null);
  const focus = () => input.current?.focus();
  useKeys({ a: { what: 'Type the number to approve the set', run: focus } });
  useEffect(() => {
    // After the heading has had the focus, and unless the person is elsewhere by now.
    const timer = setTimeout(() => {
      const active = document.activeElement;
      if (active === null || active === document.body || active.tagName === 'H1') focus();
    });
    return () => clearTimeout(timer);
  }, []);
  const isRight = isTypedCount(typed.value, count);
  const approve = async () => {
    if (sending.value) return;
    if (!isRight) {
      said.value = `Type ${count}: the number of entities that would be deleted.`;
      return focus();
    }
    sending.value = true;
    problem.value = undefined;
    try {
      const { runId } = await send<{ runId: string }>('POST', 'v1/runs', { approveDeletions: digest });
      setQuery({ approval: runId });
    } catch (error) {
      problem.value = error instanceof ApiProblem ? error : new ApiProblem(0, 'page', String(error));
    }
    sending.value = false;
  };
  return (
    <section class="stack tight" aria-label="Approve">
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault();
          void approve();
        }}
      >
        <label class="row">
          <span>
            To delete exactly these, type <strong class="number">{countText(count)}</strong>
          </span>
          <input
            ref={input}
            class="input number count"
            inputMode="numeric"
            autocomplete="off"
            value={typed.value}
            aria-describedby="approve-says"
            onInput={({ currentTarget }) => {
              typed.value = currentTarget.value;
              said.value = undefined;
            }}
          />
        </label>
        <button type="submit" class="button danger" aria-disabled={!isRight || sending.value}>
          {sending.value ? 'Sending…' : `Delete ${plural(count, 'entity', 'entities')}`}
        </button>
        <CopyCommand
          cli={`komodor-port resync --approve-deletions ${digest}`}
          curl={{ method: 'POST', path: 'v1/runs', body: { approveDeletions: digest } }}
        />
      </form>
      <p id="approve-says" class="small quiet measure" role="status">
        {said.value ??
          'A resync reads both sides again, and deletes them only if the set is still exactly this one and the second read confirms it. Otherwise nothing of it goes, and the difference is shown here.'}
      </p>
      {problem.value && <ProblemBox what="The approval was not taken" problem={problem.value} />}
    </section>
  );
}

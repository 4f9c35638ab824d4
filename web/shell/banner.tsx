import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { type Connection, connection, restart } from '../api/events.ts';
import { tokenRefused, tokenWanted } from '../api/token.ts';
import { adviceOn } from '../ui/advice.ts';
import { Button } from '../ui/button.tsx';
import { distanceText } from '../ui/format.ts';
import { Clock, now } from '../ui/time.tsx';

type Lost = Extract<Connection, { readonly state: 'lost' }>;

/** Says when what is shown may be old, and why. */
export function Banner() {
  const state = connection.value;
  const lost = useRef<Lost | undefined>(undefined);
  if (state.state !== 'connecting') lost.current = state.state === 'lost' ? state : undefined;
  if (tokenRefused.value) return <TokenNote />;
  if (state.state === 'paused') {
    return (
      <Note look="" action="Go on" onAction={restart} words={<>What happens now is not shown.</>}>
        <strong>Paused</strong> since <Clock at={new Date(state.since).toISOString()} />.
      </Note>
    );
  }
  if (lost.current === undefined) return null;
  const { since, why, code } = lost.current;
  return (
    <Note
      look="warn"
      action="Try now"
      onAction={restart}
      words={state.state === 'lost' ? nextTry(state.nextTryAt) : 'Connecting…'}
    >
      <strong>No live updates</strong> since <Clock at={new Date(since).toISOString()} />. {why} {adviceOn(code)} What
      you see may be old.
    </Note>
  );
}

function nextTry(at: number): string {
  const left = at - now.value;
  return left < 2_000 ? 'The next try comes now.' : `The next try comes ${distanceText(at, now.value)}.`;
}

function TokenNote() {
  const ask = () => {
    tokenWanted.value = 'missing';
  };
  return (
    <Note look="warn" action="Enter the token" onAction={ask} words="">
      <strong>The service wants the token,</strong> and shows nothing without it.
    </Note>
  );
}

interface Props {
  readonly look: 'warn' | '';
  readonly action: string;
  readonly onAction: () => void;
  /** What changes each second: readers do not say it again and again. */
  readonly words: ComponentChildren;
  readonly children: ComponentChildren;
}

function Note({ look, action, onAction, words, children }: Props) {
  return (
    <section aria-label="Connection" class={`note banner row apart ${look}`}>
      <p>
        <span role="status">{children}</span> <span class="quiet">{words}</span>
      </p>
      <Button onClick={onAction}>{action}</Button>
    </section>
  );
}

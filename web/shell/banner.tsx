import { connection, restart } from '../api/events.ts';
import { Button } from '../ui/button.tsx';
import { distanceText } from '../ui/format.ts';
import { now } from '../ui/time.tsx';

/** Says when what is shown may be old. */
export function Banner() {
  const state = connection.value;
  if (state.state === 'lost') {
    return (
      <div class="note warn banner row apart" role="status">
        <p>
          <strong>No connection</strong> for {distanceText(state.since, now.value)}. {state.why} What you see may be
          old. Next try {distanceText(state.nextTryAt, now.value)}.
        </p>
        <Button onClick={restart}>Try now</Button>
      </div>
    );
  }
  if (state.state === 'paused') {
    return (
      <div class="note banner row apart" role="status">
        <p>
          <strong>Paused</strong> {distanceText(state.since, now.value)}. Nothing new is shown.
        </p>
        <Button onClick={restart}>Go on</Button>
      </div>
    );
  }
  return null;
}

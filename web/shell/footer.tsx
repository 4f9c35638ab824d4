import { forgetToken, token } from '../api/token.ts';
import { BASE, VERSION } from '../page-info.ts';
import { Button } from '../ui/button.tsx';
import { Segments } from '../ui/segments.tsx';
import { bothTimes, clockText, now, zone } from '../ui/time.tsx';
import { theme } from './theme.ts';

const THEMES = [
  { value: 'system', text: 'As the system' },
  { value: 'light', text: 'Light' },
  { value: 'dark', text: 'Dark' },
] as const;
const ZONES = [
  { value: 'local', text: 'Local time' },
  { value: 'UTC', text: 'UTC' },
] as const;

/** How the page looks, what it keeps, and where the rest is. */
export function Footer() {
  return (
    <footer class="footer row apart">
      <div class="row">
        <Segments label="Colours" segments={THEMES} chosen={theme.value} onChoose={(value) => choose(theme, value)} />
        <Segments label="Times" segments={ZONES} chosen={zone.value} onChoose={(value) => choose(zone, value)} />
        <Now />
      </div>
      <div class="row small">
        {token.value !== undefined && (
          <Button look="plain" onClick={forgetToken}>
            Forget the token
          </Button>
        )}
        <a href={`${BASE}docs`}>API</a>
        <a href={`${BASE}health/ready`}>Readiness</a>
        <a href={`${BASE}metrics`}>Metrics</a>
        <span class="quiet">komodor-port {VERSION}</span>
      </div>
    </footer>
  );
}

/** What is chosen already stays chosen. */
function choose<Choice>(choice: { value: Choice }, value: Choice | undefined): void {
  if (value !== undefined) choice.value = value;
}

function Now() {
  const at = new Date(now.value);
  return (
    <time class="quiet number" dateTime={at.toISOString()} title={bothTimes(at.toISOString())}>
      {clockText(at)}
    </time>
  );
}

import { useSignal } from '@preact/signals';
import { type CurlRequest, curlText } from './curl.ts';

/** The same thing on a command line: copies and shows it. */
export function CopyCommand({ cli, curl }: { readonly cli?: string; readonly curl?: CurlRequest }) {
  const shown = useSignal<string | undefined>(undefined);
  const show = (text: string) => {
    shown.value = shown.value === text ? undefined : text;
    // Not allowed on plain http, except on this machine: the text is there to be selected.
    if (shown.value !== undefined) navigator.clipboard?.writeText(text).catch(() => undefined);
  };
  const close = () => {
    shown.value = undefined;
  };
  return (
    <span
      class="copy"
      onKeyDown={(event) => event.key === 'Escape' && close()}
      onBlur={(event) => {
        if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) close();
      }}
    >
      {cli !== undefined && <CopyButton name="CLI" text={cli} shown={shown.value} onShow={show} />}
      {curl !== undefined && <CopyButton name="curl" text={curlText(curl)} shown={shown.value} onShow={show} />}
      {shown.value !== undefined && (
        <span class="copied">
          <span class="small quiet" role="status">
            {navigator.clipboard === undefined ? 'Copy this' : 'Copied'}
          </span>
          <pre tabIndex={0}>{shown.value}</pre>
        </span>
      )}
    </span>
  );
}

interface ButtonProps {
  readonly name: string;
  readonly text: string;
  readonly shown: string | undefined;
  readonly onShow: (text: string) => void;
}

function CopyButton({ name, text, shown, onShow }: ButtonProps) {
  return (
    <button type="button" class="button plain" title={text} aria-expanded={shown === text} onClick={() => onShow(text)}>
      {name}
    </button>
  );
}

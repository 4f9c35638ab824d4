import type { LintDocument } from '../../api/documents.ts';
import { Button } from '../../ui/button.tsx';
import { CopyCommand } from '../../ui/copy-command.tsx';
import { Shape } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';
import type { Asked } from './ask-when-quiet.ts';
import { AskedLine } from './asked-line.tsx';
import { countsText, type Finding, samplesText } from './findings.ts';

interface Props {
  readonly asked: Asked<LintDocument>;
  readonly findings: readonly Finding[];
  readonly onLine: (line: number) => void;
  readonly onTryLive: () => void;
}

/** What is wrong with the mapping, each with its line and what to do. */
export function FindingList({ asked, findings, onLine, onTryLive }: Props) {
  return (
    <div class="stack tight">
      <div class="row apart">
        <AskedLine
          failed="Could not check the mapping"
          busy="Checking the mapping…"
          done={`${countsText(findings)}${samplesText(asked.value?.samples ?? null)}`}
          asked={asked}
        />
        <span class="row">
          <Button look="plain" onClick={onTryLive}>
            Try it on live items
          </Button>
          <CopyCommand cli="komodor-port lint --mapping mapping.yaml --samples live" />
        </span>
      </div>
      {findings.length > 0 && (
        <ul class="findings" aria-label="Findings">
          {findings.map((finding) => (
            <li key={`${finding.code} ${finding.path} ${finding.line} ${finding.message}`}>
              <FindingLine finding={finding} onLine={onLine} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function FindingLine({ finding, onLine }: { readonly finding: Finding; readonly onLine: Props['onLine'] }) {
  const { severity, line, path, message, advice, code } = finding;
  const isError = severity === 'error';
  return (
    <>
      <span class={`mark ${isError ? 'tone-bad' : 'tone-warn'}`}>
        <Shape shape={isError ? 'cross' : 'triangle'} />
        <span>{isError ? 'Error' : 'Warning'}</span>
      </span>{' '}
      {line !== null && (
        <Button look="plain" onClick={() => onLine(line)}>
          line {line}
        </Button>
      )}
      {path !== '' && (
        <code>
          <Name text={path} />
        </code>
      )}{' '}
      <Name text={message} /> {advice !== '' && <Name text={advice} />} <code class="quiet">{code}</code>
    </>
  );
}

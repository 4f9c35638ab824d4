import type { EditorView } from '@codemirror/view';
import { useMemo, useRef } from 'preact/hooks';
import type { LintDocument } from '../../api/documents.ts';
import type { Asked } from './ask-when-quiet.ts';
import { Editor } from './editor/editor.tsx';
import { goToLine } from './editor/marks.ts';
import { FindingList } from './finding-list.tsx';
import { inOrder, marksOf } from './findings.ts';
import { change, inUse, mappingText } from './store.ts';

interface Props {
  readonly asked: Asked<LintDocument>;
  readonly showsDifference: boolean;
  /** Checks the text on items that are read now. */
  readonly onTryLive: () => void;
}

/** The text of the mapping, with its errors at their place. */
export function YamlColumn({ asked, showsDifference, onTryLive }: Props) {
  const view = useRef<EditorView | undefined>(undefined);
  const findings = asked.value?.findings;
  const marks = useMemo(() => marksOf(findings ?? []), [findings]);
  return (
    <section class="column yaml" aria-label="Mapping">
      <h2>Mapping</h2>
      <Editor
        label="Mapping as YAML"
        text={mappingText}
        onText={(mapping) => change({ mapping })}
        marks={marks}
        original={showsDifference ? inUse.value?.mapping : undefined}
        onView={(created) => {
          view.current = created;
        }}
      />
      <FindingList
        {...{ asked, onTryLive }}
        findings={inOrder(findings ?? [])}
        onLine={(line) => view.current !== undefined && goToLine(view.current, line)}
      />
    </section>
  );
}

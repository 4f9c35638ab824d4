import { unifiedMergeView } from '@codemirror/merge';
import { Compartment } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { type ReadonlySignal, useSignalEffect } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { editorExtensions } from './extensions.ts';
import { type LineMark, setMarks } from './marks.ts';

interface Props {
  readonly label: string;
  /** Followed as it changes, and not by renderings: these may be behind what is typed. */
  readonly text: ReadonlySignal<string>;
  readonly onText: (text: string) => void;
  readonly marks?: readonly LineMark[];
  /** Shows the difference to this text; undefined: shows none. */
  readonly original?: string | undefined;
  /** Gets the editor, for jumps to a line. */
  readonly onView?: (view: EditorView) => void;
}

const NO_MARKS: readonly LineMark[] = [];

/** A text editor. Escape leaves it (see `useLeaveEditor`), Tab moves on. */
export function Editor({ label, text, onText, marks = NO_MARKS, original, onView }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | undefined>(undefined);
  const change = useRef(onText);
  change.current = onText;
  const merge = useRef(new Compartment());

  useLayoutEffect(() => {
    if (place.current === null) return;
    const created = new EditorView({
      parent: place.current,
      doc: text.peek(),
      extensions: [editorExtensions(label, (now) => change.current(now)), merge.current.of([])],
    });
    view.current = created;
    onView?.(created);
    return () => created.destroy();
  }, []);

  useSignalEffect(() => {
    const now = text.value;
    const { current } = view;
    if (current === undefined || current.state.doc.toString() === now) return;
    current.dispatch({ changes: { from: 0, to: current.state.doc.length, insert: now } });
  });

  useEffect(() => {
    view.current?.dispatch({ effects: setMarks.of(marks) });
  }, [marks]);

  useEffect(() => {
    const shown = original === undefined ? [] : unifiedMergeView({ original, mergeControls: controlOf, gutter: true });
    view.current?.dispatch({ effects: merge.current.reconfigure(shown) });
  }, [original]);

  return <div class="editor" ref={place} tabIndex={-1} />;
}

/** A change can be taken back. There is nothing to accept: the text has it already. */
function controlOf(type: 'accept' | 'reject', run: (event: MouseEvent) => void): HTMLElement {
  if (type === 'accept') return document.createElement('span');
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Take back';
  button.addEventListener('mousedown', run);
  return button;
}

import { type Diagnostic, setDiagnostics } from '@codemirror/lint';
import { EditorSelection, type EditorState, type TransactionSpec } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

/** Something to say about a line. */
export interface LineMark {
  readonly line: number;
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

/** Marks lines in place of those that were marked before. A line that is not there any more is left out. */
export function markLines(state: EditorState, marks: readonly LineMark[]): TransactionSpec {
  const diagnostics = marks.flatMap(({ line: number, severity, message }): Diagnostic[] => {
    if (number < 1 || number > state.doc.lines) return [];
    const line = state.doc.line(number);
    const indent = line.text.length - line.text.trimStart().length;
    return [{ from: Math.min(line.from + indent, line.to), to: line.to, severity, message }];
  });
  return setDiagnostics(
    state,
    diagnostics.toSorted((a, b) => a.from - b.from),
  );
}

/** Goes to a line, and takes the focus there. */
export function goToLine(view: EditorView, number: number): void {
  const line = view.state.doc.line(Math.min(Math.max(number, 1), view.state.doc.lines));
  view.dispatch({
    selection: EditorSelection.cursor(line.to),
    effects: EditorView.scrollIntoView(line.from, { y: 'center' }),
  });
  view.focus();
}

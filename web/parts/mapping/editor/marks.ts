import { EditorSelection, type EditorState, type Extension, StateEffect, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, keymap } from '@codemirror/view';

/** Something to say about a line. */
export interface LineMark {
  readonly line: number;
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

/** Marks lines in place of those that were marked before. A line that is not there any more is left out. */
export const setMarks = StateEffect.define<readonly LineMark[]>();

const marked = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(before, { changes, effects, state }) {
    const newest = effects.find((effect) => effect.is(setMarks));
    return newest === undefined ? before.map(changes) : decorationsOf(state, newest.value);
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Marked lines, with what is said about them on hover; F8 goes to the next. The library for it weighs more than all this part. */
export const marks: Extension = [marked, keymap.of([{ key: 'F8', run: goToNextMark }])];

function decorationsOf({ doc }: EditorState, all: readonly LineMark[]): DecorationSet {
  const ranges = all.flatMap(({ line: number, severity, message }) => {
    if (number < 1 || number > doc.lines) return [];
    const line = doc.line(number);
    const indent = line.text.length - line.text.trimStart().length;
    if (indent === line.text.length) return [];
    const attributes = { class: `cm-marked cm-marked-${severity}`, title: message };
    return [Decoration.mark({ attributes }).range(line.from + indent, line.to)];
  });
  return Decoration.set(ranges, true);
}

function goToNextMark(view: EditorView): boolean {
  const places: number[] = [];
  view.state.field(marked).between(0, view.state.doc.length, (from) => void places.push(from));
  const next = places.find((place) => place > view.state.selection.main.head) ?? places[0];
  if (next !== undefined) goToLine(view, view.state.doc.lineAt(next).number);
  return next !== undefined;
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

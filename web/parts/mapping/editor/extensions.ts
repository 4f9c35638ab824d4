import {
  history,
  historyKeymap,
  indentLess,
  indentMore,
  moveLineDown,
  moveLineUp,
  standardKeymap,
  toggleComment,
} from '@codemirror/commands';
import { bracketMatching, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { EditorState, type Extension } from '@codemirror/state';
import {
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  type KeyBinding,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { classHighlighter } from '@lezer/highlight';
import { styleNonce } from '../../../page-info.ts';
import { marks } from './marks.ts';
import { typedOver } from './typed-over.ts';
import { yaml } from './yaml-language.ts';

const LINE_KEYS: readonly KeyBinding[] = [
  { key: 'Mod-/', run: toggleComment },
  { key: 'Mod-[', run: indentLess },
  { key: 'Mod-]', run: indentMore },
  { key: 'Alt-ArrowUp', run: moveLineUp },
  { key: 'Alt-ArrowDown', run: moveLineDown },
];

/** An editor as the page has it. Tab is not taken: it moves the focus on, as everywhere. */
export function editorExtensions(label: string, onChange: (text: string) => void): Extension {
  const nonce = styleNonce();
  return [
    nonce === '' ? [] : EditorView.cspNonce.of(nonce),
    lineNumbers(),
    highlightSpecialChars(),
    history(),
    indentUnit.of('  '),
    EditorState.tabSize.of(2),
    bracketMatching(),
    highlightActiveLine(),
    EditorView.lineWrapping,
    marks,
    typedOver,
    yaml,
    syntaxHighlighting(classHighlighter),
    keymap.of([...historyKeymap, ...LINE_KEYS, ...standardKeymap]),
    EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0', spellcheck: 'false', autocapitalize: 'off' }),
    EditorView.updateListener.of(({ docChanged, state }) => {
      if (docChanged) onChange(state.doc.toString());
    }),
  ];
}

import { EditorView } from '@codemirror/view';

/**
 * Typing over a selection is done here: left to the browser, it keeps the look of what was there by a style attribute, which
 * the policy of the page forbids and reports.
 */
export const typedOver = EditorView.domEventHandlers({
  beforeinput({ inputType, data, isComposing }, view) {
    if (inputType !== 'insertText' || data === null || isComposing || view.state.selection.main.empty) return false;
    view.dispatch(view.state.replaceSelection(data), { userEvent: 'input.type', scrollIntoView: true });
    return true;
  },
});

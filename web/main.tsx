import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/pieces.css';
import './styles/virtual-table.css';
import './styles/shell.css';
import './styles/overlays.css';
import './shell/theme.ts';
import { render } from 'preact';
import { startEvents } from './api/events.ts';
import { App } from './app.tsx';

const root = document.querySelector('#page');
if (root !== null) {
  root.replaceChildren();
  startEvents();
  render(<App />, root);
}

import { effect, signal } from '@preact/signals';
import { keptChoice } from '../ui/kept.ts';

const THEMES = ['system', 'light', 'dark'] as const;

export const theme = keptChoice('theme', THEMES);

const query = matchMedia('(prefers-color-scheme: dark)');
const systemIsDark = signal(query.matches);
query.addEventListener('change', () => {
  systemIsDark.value = query.matches;
});

effect(() => {
  const system = systemIsDark.value ? 'dark' : 'light';
  document.documentElement.dataset.theme = theme.value === 'system' ? system : theme.value;
});

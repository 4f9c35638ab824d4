import { signal } from '@preact/signals';

/** Counts changes between light and dark. What is painted on a canvas has to be painted again. */
export const themeRound = signal(0);

const changed = () => {
  themeRound.value++;
};
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed);
new MutationObserver(changed).observe(document.documentElement, { attributeFilter: ['data-theme'] });

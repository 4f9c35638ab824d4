import { effect, type Signal, signal } from '@preact/signals';

/** A choice that the browser keeps: how the page looks, never what it knows. What is no choice any more is forgotten. */
export function keptChoice<Choice extends string>(
  name: string,
  choices: readonly [Choice, ...Choice[]],
): Signal<Choice> {
  const key = `komodor-port.${name}`;
  const [usual] = choices;
  const choice = signal(choices.find((each) => each === read(key)) ?? usual);
  effect(() => write(key, choice.value));
  return choice;
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, text: string): void {
  try {
    localStorage.setItem(key, text);
  } catch {
    // A browser that keeps nothing: the choice is good until the page is left.
  }
}

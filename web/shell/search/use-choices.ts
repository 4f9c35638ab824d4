import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { get } from '../../api/client.ts';
import type { Answer, Found } from '../../api/documents.ts';
import { useLoad } from '../../api/use-load.ts';
import { distanceText } from '../../ui/format.ts';
import { now } from '../../ui/time.tsx';
import { type Choice, catalogChoice, entityChoice, fitting, runChoice } from './choices.ts';
import { commands } from './commands.ts';

/** The service counts searches, for each asks Komodor and Port. */
const QUIET_MS = 350;
const SHORTEST = 2;

interface Choices {
  readonly choices: readonly Choice[];
  /** What is still missing, or why it is. */
  readonly note: string | undefined;
}

/** What fits a text: at once what the page knows, and after a moment what the catalog has. */
export function useChoices(text: string): Choices {
  const asked = useSignal('');
  useEffect(() => {
    const timer = setTimeout(() => {
      asked.value = text.length < SHORTEST ? '' : text;
    }, QUIET_MS);
    return () => clearTimeout(timer);
  }, [text]);

  const runs = useLoad('runs', (signal) => get<Answer<'GET /v1/runs'>>('v1/runs', { query: { limit: 50 }, signal }));
  const found = useLoad(`entities ${asked.value}`, async (signal) =>
    asked.value === '' ? undefined : get<Found>('v1/entities', { query: { q: asked.value }, signal }),
  );

  const known = [
    ...commands(),
    ...(runs.value?.runs ?? []).map((run) => runChoice(run, distanceText(Date.parse(run.requestedAt), now.value))),
  ];
  if (text.length < SHORTEST) {
    const hint = 'Two letters find entities of the catalog, also what is not in Port.';
    return { choices: fitting(known, text), note: text === '' ? hint : undefined };
  }
  const entities = asked.value === text ? (found.value?.entities ?? []) : [];
  const choices = [...fitting(known, text), catalogChoice(text), ...entities.map(entityChoice)];
  return { choices, note: noteOn(found.problem?.message, asked.value !== text || found.loading, found.value) };
}

function noteOn(problem: string | undefined, isLoading: boolean, found: Found | undefined): string | undefined {
  if (isLoading) return 'Searching the catalog…';
  if (problem !== undefined) return `The catalog could not be searched: ${problem}`;
  if (found === undefined) return undefined;
  const unknown = found.unknown.length === 0 ? '' : ` Not asked: ${found.unknown.join('; ')}.`;
  if (found.entities.length === 0) return `Nothing in the catalog has this in its name.${unknown}`;
  return `${found.more ? 'There are more: search the catalog.' : ''}${unknown}` || undefined;
}

import type { Explanation } from '../../api/documents.ts';
import { Fields } from './fields.tsx';
import { History } from './history.tsx';
import { NextStep } from './next-step.tsx';
import { PortFacts } from './port-facts.tsx';
import { RawAndFinal } from './raw-and-final.tsx';
import { Reads } from './reads.tsx';
import { Relations } from './relations.tsx';
import { Resembling } from './resembling.tsx';
import { VerdictNote } from './verdict-note.tsx';

/** An explanation on one screen, the verdict first. */
export function ExplanationView({ explanation }: { readonly explanation: Explanation }) {
  const { sources, port, relations, history, reads, resembling } = explanation;
  return (
    <>
      <VerdictNote explanation={explanation} />
      <Resembling resembling={resembling} />
      <div class="two">
        <NextStep explanation={explanation} />
        <PortFacts port={port} reads={reads} />
      </div>
      {sources.map((source) => (
        <Fields key={`${source.kind} ${source.label}`} source={source} port={port} />
      ))}
      <RawAndFinal explanation={explanation} />
      <div class="two">
        <Relations relations={relations} />
        <Reads reads={reads} />
      </div>
      <History history={history} />
    </>
  );
}

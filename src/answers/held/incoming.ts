import { findIncoming, type IncomingRelation } from '../../port/incoming.ts';
import { AskPort } from '../explain/ask-port.ts';
import type { ExplainParts } from '../explain/parts.ts';

/** What leads to some entities, or why that is not known. */
export interface AskedIncoming {
  readonly incoming: readonly IncomingRelation[] | null;
  readonly incomingProblem: string | null;
}

/** Asks what leads to entities of a blueprint. */
export type AskIncoming = (blueprint: string, identifiers: readonly string[]) => Promise<AskedIncoming>;

/** Asks Port, for one answer. After a failure it is not asked again. */
export function incomingFromPort(parts: ExplainParts, signal: AbortSignal): AskIncoming {
  const port = new AskPort(parts, signal);
  return async (blueprint, identifiers) => {
    const found = await port.ask('what leads to the entities', (_, limited) =>
      findIncoming(parts.portApi, blueprint, identifiers, limited),
    );
    if (found) return parts.withoutSecrets({ incoming: found.relations, incomingProblem: found.unasked });
    return parts.withoutSecrets({ incoming: null, incomingProblem: `Port could not be asked: ${port.failure}` });
  };
}

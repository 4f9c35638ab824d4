/** What a run did with an entity, in order of importance. */
export const OUTCOMES = ['unchanged', 'updated', 'created', 'failed'] as const;
export type EntityOutcome = (typeof OUTCOMES)[number];

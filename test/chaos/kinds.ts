/** The kinds that the simulated worlds have. */
export const KINDS = ['komodorService', 'komodorHealthMonitoring'] as const;
export type Kind = (typeof KINDS)[number];

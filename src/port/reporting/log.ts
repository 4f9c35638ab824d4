/** The logger of this folder. Failures of reporting are only logged and never fail a run. */
export type Log = (
  level: 'debug' | 'info' | 'warn' | 'error',
  message: string,
  fields?: { readonly [name: string]: unknown },
) => void;

/** How this folder tells the house what went wrong with it; failures of reporting end here and nowhere else. */
export type Log = (
  level: 'debug' | 'info' | 'warn' | 'error',
  message: string,
  fields?: { readonly [name: string]: unknown },
) => void;

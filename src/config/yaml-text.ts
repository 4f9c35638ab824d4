import { stringify } from 'yaml';

/** A value as YAML, with every text on one line. */
export function yamlText(value: unknown): string {
  return stringify(value, { lineWidth: 0 });
}

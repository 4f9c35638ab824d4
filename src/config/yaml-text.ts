import { stringify } from 'yaml';

/** A value as YAML, with every text on one line and everything written out where it stands. */
export function yamlText(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}

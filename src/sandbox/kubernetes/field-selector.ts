import { type Definition, type KubernetesObject, valueAt } from './model.ts';
import { badRequest } from './refusals.ts';

const ALWAYS: Readonly<Record<string, readonly string[]>> = {
  'metadata.name': ['metadata', 'name'],
  'metadata.namespace': ['metadata', 'namespace'],
};

/** A field selector as kubectl takes it, e.g. `status.phase!=Running`. Throws the server's refusal. */
export function parseFieldSelector(text: string, definition: Definition): (object: KubernetesObject) => boolean {
  const fields = { ...ALWAYS, ...definition.selectable };
  const tests = text
    .split(',')
    .filter((term) => term !== '')
    .map((term) => {
      const [, field = '', operator, wanted] = /^(.*?)(!=|==|=)(.*)$/.exec(term) ?? [];
      if (operator === undefined) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
      const path = Object.hasOwn(fields, field) ? fields[field] : undefined;
      if (path === undefined) throw badRequest(unknownField(field, definition));
      return (object: KubernetesObject) => (textAt(object, path) === wanted) === (operator !== '!=');
    });
  return (object) => tests.every((test) => test(object));
}

/** The name that a selector asks for, as rights look at it: `metadata.name=x`. */
export function selectedName(text: string | null): string | undefined {
  return /(?:^|,)metadata\.name==?([^,]+)/.exec(text ?? '')?.[1];
}

/** An absent field is as good as an empty one. */
function textAt(object: KubernetesObject, path: readonly string[]): string {
  const value = valueAt(object, path);
  return value === undefined || value === null ? '' : String(value);
}

function unknownField(field: string, { isCustom, selectable }: Definition): string {
  return isCustom || selectable !== undefined
    ? `field label not supported: ${field}`
    : `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`;
}

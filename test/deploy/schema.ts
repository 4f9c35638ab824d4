import { readdirSync, readFileSync } from 'node:fs';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { z } from 'zod';
import type { Manifest } from './manifests.ts';
import { customSchema, mapOf } from './strict-schema.ts';

const FOLDER = new URL('./schemas/', import.meta.url);
const fileSchema = z.object({
  $id: z.string(),
  kinds: z.record(z.string(), z.string()),
  definitions: z.record(z.string(), z.looseObject({})),
});

const ajv = new Ajv({ allErrors: true, strict: false, unicodeRegExp: false });
ajv.addFormat('byte', /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/);
ajv.addKeyword({
  keyword: 'x-kubernetes-list-map-keys',
  type: 'array',
  validate: isWithoutDoubles,
  error: { message: 'has two items of one key' },
});

/** A server-side apply refuses a list of named items in which a name stands twice: two variables of the same name, say. */
function isWithoutDoubles(keys: readonly string[], items: readonly unknown[]): boolean {
  const names = items.map((item) => JSON.stringify(keys.map((key) => mapOf(item)[key])));
  return new Set(names).size === names.length;
}

const references = new Map<string, string>();
const validators = new Map<string, ValidateFunction>();
for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.json'))) {
  const { kinds, ...schema } = fileSchema.parse(JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')));
  ajv.addSchema(schema);
  for (const [kind, reference] of Object.entries(kinds)) references.set(kind, `${schema.$id}${reference}`);
}

/** The kinds in test/deploy/schemas: `apps/v1/Deployment`. */
export function knownKinds(): readonly string[] {
  return [...references.keys()];
}

/** Whether there is a schema for objects of this kind: `apps/v1/Deployment`. */
export function hasSchema(kind: string): boolean {
  return references.has(kind) || validators.has(kind);
}

/** From here on objects of these CustomResourceDefinitions have a schema too. */
export function learnKinds(crds: readonly Manifest[]): void {
  for (const { spec } of crds) {
    const { group, names, versions } = mapOf(spec);
    for (const version of Array.isArray(versions) ? versions.map(mapOf) : []) {
      const kind = `${group}/${version.name}/${mapOf(names).kind}`;
      if (hasSchema(kind)) continue;
      validators.set(kind, ajv.compile(customSchema(mapOf(mapOf(version.schema).openAPIV3Schema))));
    }
  }
}

/** What the API server would refuse of an object, a field that its kind does not have included; empty when it is right. */
export function mistakesIn(manifest: Manifest): readonly string[] {
  const validate = validatorOf(`${manifest.apiVersion}/${manifest.kind}`);
  const isRight: boolean = validate(manifest);
  if (isRight) return [];
  const name = `${manifest.kind} ${manifest.metadata.name}`;
  return (validate.errors ?? []).map((mistake) => `${name}: ${sentenceOf(mistake)}`);
}

function validatorOf(kind: string): ValidateFunction {
  const known = validators.get(kind);
  if (known) return known;
  const reference = references.get(kind);
  if (reference === undefined) throw new Error(`There is no schema for ${kind} (test/deploy/schemas)`);
  const validator = ajv.compile({ $ref: reference });
  validators.set(kind, validator);
  return validator;
}

function sentenceOf({ instancePath, keyword, params, message }: ErrorObject): string {
  const path = instancePath
    .replace(/\/(\d+)(?=\/|$)/g, '[$1]')
    .replaceAll('/', '.')
    .replace(/^\./, '');
  if (keyword === 'additionalProperties') return `${path}.${params.additionalProperty} is unknown`.replace(/^\./, '');
  const allowed = keyword === 'enum' ? `: ${params.allowedValues.join(', ')}` : '';
  return `${path} ${message}${allowed}`;
}

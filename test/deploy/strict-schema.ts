/** A JSON schema, or a part of one. */
export type Schema = { readonly [key: string]: unknown };

/** What one file of test/deploy/schemas holds. */
export interface SchemaFile {
  readonly $id: string;
  /** `apps/v1/Deployment` to the reference of its definition. */
  readonly kinds: { readonly [kind: string]: string };
  readonly definitions: { readonly [name: string]: Schema };
}

const SIMPLE = [
  'type',
  'required',
  'enum',
  'pattern',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'x-kubernetes-list-map-keys',
];
const QUANTITY = '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$';
const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

/**
 * A schema of Kubernetes' OpenAPI or of a CustomResourceDefinition as a strict JSON schema: a field that it does not name
 * is a mistake, as it is for `kubectl --validate=strict` and for a server-side apply. Without its descriptions and defaults.
 */
export function strictSchema(schema: Schema): Schema {
  return convert(schema, true);
}

/** The strict schema of an object of a CustomResourceDefinition; its metadata is that of every object. */
export function customSchema(schema: Schema, metadata = `kubernetes#/definitions/${OBJECT_META}`): Schema {
  const { status: _, ...properties } = mapOf(schema.properties);
  return { ...strictSchema({ ...schema, properties }), ...withMetadata(properties, metadata) };
}

function withMetadata(properties: Schema, metadata: string): Schema {
  const text = { type: 'string' };
  return {
    properties: { ...convertAll(properties, true), apiVersion: text, kind: text, metadata: { $ref: metadata } },
  };
}

/** `fields`: whether it describes the object's fields; the branches of anyOf and the like only add conditions to those. */
function convert(schema: Schema, fields: boolean): Schema {
  const single = Array.isArray(schema.allOf) && schema.allOf.length === 1 ? mapOf(schema.allOf[0]) : schema;
  const reference = single.$ref;
  if (typeof reference === 'string') return { $ref: reference.replace('#/components/schemas/', '#/definitions/') };
  if (schema['x-kubernetes-int-or-string'] === true || schema.format === 'int-or-string') {
    return { ...(schema.pattern === undefined ? {} : { pattern: schema.pattern }), type: ['integer', 'string'] };
  }
  const simple = Object.fromEntries(SIMPLE.filter((key) => schema[key] !== undefined).map((key) => [key, schema[key]]));
  return {
    ...simple,
    ...(typeof schema.pattern === 'string' && { pattern: patternOf(schema.pattern) }),
    ...(schema.format === 'byte' && { format: 'byte' }),
    ...(schema.nullable === true && typeof schema.type === 'string' && { type: [schema.type, 'null'] }),
    ...partsOf(schema, fields),
    ...conditionsOf(schema),
  };
}

/** Go's regular expressions can be told to ignore case, JavaScript's cannot within the pattern. */
function patternOf(pattern: string): string {
  if (!pattern.includes('(?i)')) return pattern;
  const anyCase = (letter: string) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`;
  return pattern.replace('(?i)', '').replace(/[a-z]/gi, anyCase);
}

function partsOf(schema: Schema, fields: boolean): Schema {
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const others = schema.additionalProperties;
  const isClosed = fields && !isOpen && schema.properties !== undefined && others === undefined;
  return {
    ...(schema.properties === undefined ? {} : { properties: convertAll(mapOf(schema.properties), fields) }),
    ...(schema.items === undefined ? {} : { items: convert(mapOf(schema.items), fields) }),
    ...(isMap(others) && { additionalProperties: convert(others, fields) }),
    ...((isClosed || others === false) && { additionalProperties: false }),
  };
}

function conditionsOf(schema: Schema): Schema {
  const lists = ['allOf', 'anyOf', 'oneOf'].flatMap((key) => {
    const branches = schema[key];
    return Array.isArray(branches) ? [[key, branches.map((branch) => convert(mapOf(branch), false))] as const] : [];
  });
  return { ...Object.fromEntries(lists), ...(isMap(schema.not) && { not: convert(schema.not, false) }) };
}

function convertAll(schemas: Schema, fields: boolean): Schema {
  return Object.fromEntries(Object.entries(schemas).map(([name, part]) => [name, convert(mapOf(part), fields)]));
}

/** What Kubernetes' own schema leaves to its program: an amount such as `512Mi`. */
export const quantity: Schema = { type: ['string', 'number'], pattern: QUANTITY };

export function isMap(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The map that stands there; empty when something else does. */
export function mapOf(value: unknown): Schema {
  return isMap(value) ? value : {};
}

import { isIPv4, isIPv6 } from 'node:net';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { Blueprint, JsonObject, PropertySchema } from './model.ts';
import { isObject, own } from './model.ts';
import { schemaMismatch } from './refusal.ts';

const DATE_TIME = /^(\d{4}-\d{2}-\d{2})[Tt ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;
const EMAIL =
  /^(?!\.)(?!.*\.\.)[a-z0-9.!#$%&'*+/=?^_`{|}~-]+(?<!\.)@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i;
const IDN_EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** The formats that restrict a text. `user`, `team`, `yaml`, `markdown`, `proto` and the like do not. */
const FORMATS = {
  'date-time': isDateTime,
  timer: isDateTime,
  url: (value: string) => !/\s/.test(value) && URL.canParse(value),
  email: EMAIL,
  'idn-email': IDN_EMAIL,
  ipv4: isIPv4,
  ipv6: (value: string) => isIPv6(value) && !value.includes('%'),
};

const LABELED_URL = {
  type: 'object',
  properties: { url: { type: 'string', format: 'url' }, displayText: { type: 'string' } },
  required: ['url'],
};

// A judge that shares nothing with the product's own reading of schemas: what Port itself is likely to use.
const ajv = new Ajv({ strict: false, validateSchema: false, logger: false, formats: FORMATS, ownProperties: true });
const validators = new WeakMap<PropertySchema, ValidateFunction>();
/** By the schema's text: ajv keeps whatever it ever compiled, and most blueprints are made of the same properties. */
const compiled = new Map<string, ValidateFunction>();

/**
 * Checks the values that a client sends for an entity against its blueprint. Nulls clear and fit everything.
 * Throws 422 blueprint_schema_mismatch. Properties that the blueprint lacks pass unless `strict`: the API takes them.
 */
export function checkProperties(blueprint: Blueprint, properties: JsonObject, strict: boolean): void {
  for (const [id, value] of Object.entries(properties)) {
    // Whether the API refuses or ignores such a value is not known; nobody should send it.
    if (isComputed(blueprint, id)) throw schemaMismatch(`"properties.${id}" is computed and cannot be set`);
    const schema = own(blueprint.schema.properties, id);
    if (schema === undefined) {
      if (strict) throw schemaMismatch(`"${id}" is no property of the blueprint "${blueprint.identifier}"`);
    } else if (value !== null) {
      const validate = validatorOf(schema);
      const [complaint] = validate(value) ? [] : (validate.errors ?? []);
      if (complaint !== undefined) throw schemaMismatch(`"properties.${id}${placeOf(complaint)}" ${textOf(complaint)}`);
    }
  }
}

function isComputed(
  { mirrorProperties, calculationProperties, aggregationProperties }: Blueprint,
  id: string,
): boolean {
  return [mirrorProperties, calculationProperties, aggregationProperties].some((list) => Object.hasOwn(list, id));
}

/** Throws when the entity as it would be stored lacks a property that its blueprint requires. */
export function checkRequired(blueprint: Blueprint, stored: JsonObject): void {
  const missing = blueprint.schema.required.find((id) => own(stored, id) === undefined);
  if (missing !== undefined) throw schemaMismatch(`"properties" must have required property '${missing}'`);
}

/** Whether the rules of a property can be followed at all; a pattern may be none, for example. */
export function isUsable(schema: PropertySchema): boolean {
  try {
    validatorOf(schema);
    return true;
  } catch {
    return false;
  }
}

function validatorOf(schema: PropertySchema): ValidateFunction {
  const known = validators.get(schema);
  if (known !== undefined) return known;
  const text = JSON.stringify(schema);
  const validate = compiled.get(text) ?? ajv.compile(withLabeledUrls(schema));
  compiled.set(text, validate);
  validators.set(schema, validate);
  return validate;
}

function withLabeledUrls(schema: JsonObject): JsonObject {
  const { items } = schema;
  if (schema.format === 'labeled-url') return { allOf: [schema, LABELED_URL] };
  return isObject(items) ? { ...schema, items: withLabeledUrls(items) } : schema;
}

function placeOf({ instancePath }: ErrorObject): string {
  return instancePath.replaceAll('/', '.');
}

function textOf({ keyword, message = 'is not allowed', params }: ErrorObject): string {
  return keyword === 'additionalProperties' ? `${message}: ${String(params.additionalProperty)}` : message;
}

function isDateTime(value: string): boolean {
  const [, day = ''] = DATE_TIME.exec(value) ?? [];
  // A date that rolls over to another month is none.
  return day !== '' && !Number.isNaN(Date.parse(day)) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}

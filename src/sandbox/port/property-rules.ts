import { isIPv4, isIPv6 } from 'node:net';
import type { Blueprint, JsonObject, PropertySchema } from './model.ts';
import { isObject, own } from './model.ts';
import { schemaMismatch } from './refusal.ts';

const DATE_TIME = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

const FORMATS: { readonly [format: string]: (value: string) => boolean } = {
  'date-time': isDateTime,
  timer: isDateTime,
  url: (value) => URL.canParse(value),
  email: (value) => EMAIL.test(value),
  'idn-email': (value) => EMAIL.test(value),
  ipv4: isIPv4,
  ipv6: isIPv6,
};

/**
 * Checks the values that a client sends for an entity against its blueprint. Nulls clear and fit everything.
 * Throws 422 blueprint_schema_mismatch. Properties that the blueprint lacks pass unless `strict`: the API takes them.
 */
export function checkProperties(blueprint: Blueprint, properties: JsonObject, strict: boolean): void {
  for (const [id, value] of Object.entries(properties)) {
    const schema = own(blueprint.schema.properties, id);
    if (schema === undefined) {
      if (strict) throw schemaMismatch(`"${id}" is no property of the blueprint "${blueprint.identifier}"`);
    } else if (value !== null) {
      const complaint = complaintAbout(schema, value);
      if (complaint !== undefined) throw schemaMismatch(`"properties.${id}" ${complaint}`);
    }
  }
}

/** Throws when the entity as it would be stored lacks a property that its blueprint requires. */
export function checkRequired(blueprint: Blueprint, stored: JsonObject): void {
  const missing = blueprint.schema.required.find((id) => own(stored, id) === undefined);
  if (missing !== undefined) throw schemaMismatch(`"properties" must have required property '${missing}'`);
}

function complaintAbout(schema: PropertySchema, value: unknown): string | undefined {
  if (!hasType(schema.type, value)) return `must be ${schema.type}`;
  if (schema.enum !== undefined && !schema.enum.includes(value)) return 'must be equal to one of the allowed values';
  if (typeof value === 'string') return complaintAboutText(schema, value);
  if (typeof value === 'number') {
    if (schema.minimum !== undefined && value < schema.minimum) return `must be >= ${schema.minimum}`;
    if (schema.maximum !== undefined && value > schema.maximum) return `must be <= ${schema.maximum}`;
  }
  return Array.isArray(value) ? complaintAboutList(schema, value) : undefined;
}

function complaintAboutText(schema: PropertySchema, value: string): string | undefined {
  const { format = '', minLength, maxLength, pattern } = schema;
  const fits = own(FORMATS, format);
  if (fits !== undefined && !fits(value)) return `must match format "${format}"`;
  if (minLength !== undefined && value.length < minLength) return `must NOT have fewer than ${minLength} characters`;
  if (maxLength !== undefined && value.length > maxLength) return `must NOT have more than ${maxLength} characters`;
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(value)) return `must match pattern "${pattern}"`;
  return undefined;
}

function complaintAboutList(schema: PropertySchema, list: readonly unknown[]): string | undefined {
  const { items, minItems, maxItems } = schema;
  if (minItems !== undefined && list.length < minItems) return `must NOT have fewer than ${minItems} items`;
  if (maxItems !== undefined && list.length > maxItems) return `must NOT have more than ${maxItems} items`;
  const type = items?.type;
  if (items === undefined || !isPropertyType(type)) return undefined;
  const itemSchema: PropertySchema = {
    type,
    format: typeof items.format === 'string' ? items.format : undefined,
    enum: Array.isArray(items.enum) ? items.enum : undefined,
  };
  for (const [index, item] of list.entries()) {
    const complaint = complaintAbout(itemSchema, item);
    if (complaint !== undefined) return `${index} ${complaint}`;
  }
  return undefined;
}

function isPropertyType(type: unknown): type is PropertySchema['type'] {
  return type === 'string' || type === 'number' || type === 'boolean' || type === 'object' || type === 'array';
}

function hasType(type: PropertySchema['type'], value: unknown): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isObject(value);
  return typeof value === type;
}

function isDateTime(value: string): boolean {
  return DATE_TIME.test(value) && !Number.isNaN(Date.parse(value));
}

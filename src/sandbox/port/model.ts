export type JsonObject = { readonly [key: string]: unknown };

/** A property's JSON schema. */
export interface PropertySchema extends JsonObject {
  readonly type: 'string' | 'number' | 'boolean' | 'object' | 'array';
  readonly format?: string | undefined;
}

export interface RelationDefinition {
  readonly target: string;
  readonly required: boolean;
  readonly many: boolean;
}

/** A number that the API makes of entities that are related. */
export interface Aggregation {
  readonly target: string;
  readonly calculationSpec: {
    readonly calculationBy: 'entities' | 'property';
    readonly func: string;
    readonly property?: string | undefined;
  };
  readonly query?: JsonObject | undefined;
  readonly pathFilter?:
    | readonly { readonly path: readonly string[]; readonly fromBlueprint?: string | undefined }[]
    | undefined;
}

/** A blueprint as the API stores it. Keys that the stand-in gives no meaning to are kept as they came. */
export interface Blueprint {
  readonly identifier: string;
  readonly title: string;
  readonly schema: {
    readonly properties: { readonly [id: string]: PropertySchema };
    readonly required: readonly string[];
  };
  readonly relations: { readonly [id: string]: RelationDefinition };
  readonly mirrorProperties: { readonly [id: string]: { readonly path: string } };
  readonly calculationProperties: JsonObject;
  readonly aggregationProperties: { readonly [id: string]: Aggregation };
  readonly createdAt: string;
  readonly createdBy: string;
  readonly updatedAt: string;
  readonly updatedBy: string;
  readonly [key: string]: unknown;
}

/** What a relation holds: one identifier, or several when it is a `many` relation. A cleared relation is absent. */
export type RelationValue = string | readonly string[];

/** An entity as it is stored. A cleared property or relation is absent. */
export interface Entity {
  readonly identifier: string;
  readonly blueprint: string;
  readonly title: string;
  readonly icon: string | null;
  readonly team: readonly string[];
  readonly properties: { readonly [id: string]: unknown };
  readonly relations: { readonly [id: string]: RelationValue };
  readonly createdAt: string;
  readonly createdBy: string;
  readonly updatedAt: string;
  readonly updatedBy: string;
  /** The User-Agent of the last writer. Never sent to clients; search rules see it as `$datasource`. */
  readonly datasource: string;
}

/** Who makes a change: the client id and the User-Agent. */
export interface Actor {
  readonly clientId: string;
  readonly userAgent: string;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own key of an object that came from outside, so that `constructor` and the like find nothing. */
export function own<T>(object: { readonly [key: string]: T }, key: string): T | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** The identifiers that a relation value names. */
export function targetsOf(value: RelationValue | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}

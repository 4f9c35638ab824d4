/** An object of the cluster. It is never changed: a change puts another in its place. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

export interface ObjectMeta {
  readonly name: string;
  /** Absent for objects that lie in no namespace. */
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: { readonly [key: string]: string };
  readonly annotations?: { readonly [key: string]: string };
  readonly finalizers?: readonly string[];
  readonly [field: string]: unknown;
}

/** A resource as the server knows it: `apps`, `v1`, `deployments`. */
export interface Definition {
  /** `''` for the core group. */
  readonly group: string;
  readonly version: string;
  /** In the plural, as paths have it. */
  readonly resource: string;
  readonly kind: string;
  readonly singular: string;
  readonly namespaced: boolean;
  /** Of a CustomResourceDefinition. Lists of such name the kind of each item, and some answers have other words. */
  readonly isCustom: boolean;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  /** `status`, `scale`. */
  readonly subresources?: readonly string[];
  /** Fields besides name and namespace by which it can be selected, each with its path in the object. */
  readonly selectable?: Readonly<Record<string, readonly string[]>>;
  /** Of a custom resource: what `spec` must have, all that it may have, and what a condition of its status must have. */
  readonly spec?: {
    readonly required: readonly string[];
    readonly known: readonly string[];
    readonly conditions: readonly string[];
  };
  /** The group whose objects these are, in another form. */
  readonly storedIn?: string;
  /** Fields that an object has in any case. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** What the empty object of a bookmark has besides metadata. */
  readonly emptyFields?: Readonly<Record<string, unknown>>;
}

/** `apps/v1`, or `v1` for the core group. */
export function groupVersionOf({ group, version }: Pick<Definition, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

/** `deployments.apps`, or `pods` for the core group. */
export function qualifiedName(group: string, resource: string): string {
  return group === '' ? resource : `${resource}.${group}`;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a path of an object, or undefined. */
export function valueAt(object: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, part) => (isRecord(value) ? value[part] : undefined), object);
}

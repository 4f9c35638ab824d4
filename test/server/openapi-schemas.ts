/** The part of JSON Schema that the document uses. */
export interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly maxItems?: number;
  readonly properties?: { readonly [name: string]: Schema };
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
}

interface Operation {
  readonly requestBody?: {
    readonly required: boolean;
    readonly content: { readonly [type: string]: { schema: Schema } };
  };
  readonly responses: { readonly [status: string]: { content: { readonly [type: string]: { schema: Schema } } } };
}

export interface Document {
  readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } };
}

/** A route of the document that takes a body. */
export interface BodyRoute {
  readonly method: 'POST' | 'PUT' | 'PATCH';
  readonly url: string;
  readonly required: boolean;
  readonly body: Schema;
  /** What it answers when all is well: with 200 or 202. */
  readonly answer: Schema;
}

export function bodyRoutes({ paths }: Document): readonly BodyRoute[] {
  return Object.entries(paths).flatMap(([url, operations]) =>
    (['post', 'put', 'patch'] as const).flatMap((method) => {
      const { requestBody, responses } = operations[method] ?? {};
      const body = requestBody?.content['application/json']?.schema;
      if (requestBody === undefined || body === undefined) return [];
      const answer = (responses?.['202'] ?? responses?.['200'])?.content['application/json']?.schema ?? {};
      return [{ method: upper(method), url, required: requestBody.required, body, answer }];
    }),
  );
}

function upper(method: 'post' | 'put' | 'patch'): BodyRoute['method'] {
  return method === 'post' ? 'POST' : method === 'put' ? 'PUT' : 'PATCH';
}

/** Every schema within a schema, with itself. */
export function within(schema: Schema): readonly Schema[] {
  const inner = [
    ...(schema.anyOf ?? []),
    ...Object.values(schema.properties ?? {}),
    ...(schema.items ? [schema.items] : []),
  ];
  return [schema, ...inner.flatMap(within)];
}

/** Values that a schema allows: each choice once, each property alone (with those that are required), and all of them together. */
export function examples(schema: Schema): readonly unknown[] {
  if (schema.anyOf) return schema.anyOf.flatMap(examples);
  if (schema.enum) return schema.enum;
  switch (schema.type) {
    case 'null':
      return [null];
    case 'array':
      return [[examples(schema.items ?? {})[0]], examples(schema.items ?? {}).slice(0, schema.maxItems)];
    case 'object': {
      const each = Object.entries(schema.properties ?? {}).map(
        ([name, property]) => [name, examples(property)] as const,
      );
      const needed = Object.fromEntries(
        each.filter(([name]) => schema.required?.includes(name)).map(([name, values]) => [name, values[0]]),
      );
      const alone = each.flatMap(([name, values]) => values.map((value) => ({ ...needed, [name]: value })));
      return [needed, ...alone, Object.fromEntries(each.map(([name, values]) => [name, values.at(-1)]))];
    }
    case 'string':
      return [schema.pattern === '^[0-9a-f]{16}$' ? '0123456789abcdef' : 'x'];
    case undefined:
      return [1];
    default:
      throw new Error(`No example for ${JSON.stringify(schema)}`);
  }
}

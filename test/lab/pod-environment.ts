import { z } from 'zod';
import { ObjectSchema, type Reader } from './api.ts';
import { neededData } from './pod-files.ts';
import { ConfigError, type Container, fieldOf, type Pod, type Variable } from './pod-model.ts';

const ServicesSchema = z.looseObject({
  items: z.array(
    ObjectSchema.extend({
      spec: z.looseObject({
        clusterIP: z.string().default('None'),
        ports: z
          .array(z.looseObject({ name: z.string().optional(), port: z.number(), protocol: z.string().default('TCP') }))
          .default([]),
      }),
    }),
  ),
});
type Service = z.infer<typeof ServicesSchema>['items'][number];

/** The environment that Kubernetes gives to a container, in the order in which later values win. */
export async function environmentOf(
  api: Reader,
  pod: Pod,
  container: Container,
  podIp: string,
): Promise<ReadonlyMap<string, string>> {
  const { namespace } = pod.metadata;
  const environment = new Map<string, string>([['HOSTNAME', pod.metadata.name]]);
  if (pod.spec.enableServiceLinks) {
    for (const [name, value] of await serviceLinks(api, namespace)) environment.set(name, value);
  }
  for (const { prefix, configMapRef, secretRef } of container.envFrom) {
    const data = configMapRef
      ? await neededData(api, namespace, 'configmaps', configMapRef)
      : await neededData(api, namespace, 'secrets', secretRef ?? { name: '', optional: true });
    for (const [key, value] of data) environment.set(`${prefix}${key}`, value.toString());
  }
  for (const variable of container.env) {
    const value = await resolved(api, pod, variable, podIp);
    if (value !== undefined) environment.set(variable.name, variable.valueFrom ? value : expand(value, environment));
  }
  return environment;
}

async function resolved(
  api: Reader,
  pod: Pod,
  { value, valueFrom }: Variable,
  podIp: string,
): Promise<string | undefined> {
  if (valueFrom === undefined) return value;
  const { configMapKeyRef, secretKeyRef, fieldRef } = valueFrom;
  if (fieldRef) return fieldOf(pod, podIp, fieldRef.fieldPath);
  const ref = configMapKeyRef ?? secretKeyRef;
  if (ref === undefined) throw new ConfigError('The lab has values of ConfigMaps, Secrets and fields only.');
  const kind = configMapKeyRef ? 'configmaps' : 'secrets';
  const found = (await neededData(api, pod.metadata.namespace, kind, ref)).get(ref.key);
  if (found === undefined && !ref.optional) {
    throw new ConfigError(`couldn't find key ${ref.key} in ${kind.slice(0, -1)} ${pod.metadata.namespace}/${ref.name}`);
  }
  return found?.toString();
}

/** Puts values in the place of `$(NAME)`; `$$(NAME)` stands for itself, and so does a name that nobody set. */
export function expand(text: string, environment: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$\$|\$\(([A-Za-z_][\w.-]*)\)/g, (whole, name: string | undefined) =>
    name === undefined ? '$' : (environment.get(name) ?? whole),
  );
}

/** What a pod is told about every service of its namespace, wanted or not. */
async function serviceLinks(api: Reader, namespace: string): Promise<readonly (readonly [string, string])[]> {
  const { items } = ServicesSchema.parse(await api.get(`/api/v1/namespaces/${namespace}/services`));
  return items.filter(({ spec }) => spec.clusterIP !== 'None' && spec.clusterIP !== '').flatMap(linksTo);
}

function linksTo({ metadata, spec: { clusterIP, ports } }: Service): readonly (readonly [string, string])[] {
  const name = upper(metadata.name);
  const [first] = ports;
  if (first === undefined) return [];
  return [
    [`${name}_SERVICE_HOST`, clusterIP],
    [`${name}_SERVICE_PORT`, String(first.port)],
    [`${name}_PORT`, `${first.protocol.toLowerCase()}://${clusterIP}:${first.port}`],
    ...ports.flatMap(({ name: portName, port, protocol }) => {
      const one = `${name}_PORT_${port}_${protocol}`;
      const address = `${protocol.toLowerCase()}://${clusterIP}:${port}`;
      return [
        ...(portName === undefined ? [] : [[`${name}_SERVICE_PORT_${upper(portName)}`, String(port)] as const]),
        [one, address] as const,
        [`${one}_PROTO`, protocol.toLowerCase()] as const,
        [`${one}_PORT`, String(port)] as const,
        [`${one}_ADDR`, clusterIP] as const,
      ];
    }),
  ];
}

function upper(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}

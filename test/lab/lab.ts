import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, inject, it } from 'vitest';
import { z } from 'zod';
import { pathOf, type Tool } from '../deploy/tools.ts';
import { whyNot } from './here.ts';
import { type Output, output, until } from './processes.ts';

/** A `describe` that needs the lab; where there is none it is skipped by name, or fails if the machine promised one. */
export function describeLab(name: string, body: () => void): void {
  const reason = whyNot();
  if (reason === undefined) describe(name, { timeout: 300_000 }, body);
  else if (process.env.K8S_LAB === '1' && process.env.REQUIRE_DEPLOY_TOOLS === '1') {
    describe(name, () => {
      it('has a lab', () => {
        throw new Error(reason);
      });
    });
  } else describe.skip(`${name} (${reason})`, body);
}

/** Runs kubectl or Helm on the lab's cluster. The input goes to it as JSON, which is YAML too. */
export async function onCluster(tool: Tool, args: readonly string[], input?: unknown): Promise<Output> {
  const { kubeconfig, directory } = inject('lab');
  const env = { ...process.env, KUBECONFIG: kubeconfig, HOME: directory };
  const stdin = input === undefined ? '' : JSON.stringify(input);
  return output([pathOf(tool) ?? tool, ...args], { env, stdin });
}

/** Like `onCluster`, for what has to succeed. @returns what it printed */
export async function mustOnCluster(tool: Tool, args: readonly string[], input?: unknown): Promise<string> {
  const { code, stdout, stderr } = await onCluster(tool, args, input);
  if (code !== 0) throw new Error(`${tool} ${args.join(' ')} ended with exit code ${code}: ${stderr.trim()}`);
  return stdout;
}

/** A namespace of its own for a test, with kubectl and Helm in it. */
export class Namespace {
  readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  /** Makes it: by default with the restricted Pod Security Standard, whose violations are refused and warned of. */
  static async create(name: string, level = 'restricted'): Promise<Namespace> {
    const security = 'pod-security.kubernetes.io';
    const labels = { [`${security}/enforce`]: level, [`${security}/warn`]: level };
    const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
    const made = new Namespace(name);
    await made.must('kubectl', ['create', '-f', '-'], object);
    await until('the service account of the namespace', async () => {
      const { code } = await made.run('kubectl', ['get', 'serviceaccount', 'default']);
      return code === 0 ? true : undefined;
    });
    return made;
  }

  async run(tool: Tool, args: readonly string[], input?: unknown): Promise<Output> {
    return onCluster(tool, ['--namespace', this.name, ...args], input);
  }

  async must(tool: Tool, args: readonly string[], input?: unknown): Promise<string> {
    return mustOnCluster(tool, ['--namespace', this.name, ...args], input);
  }

  async apply(...items: readonly object[]): Promise<void> {
    await this.must('kubectl', ['apply', '-f', '-'], { apiVersion: 'v1', kind: 'List', items });
  }

  /** Objects, as the API server has them. */
  async get<T>(schema: z.ZodType<T>, ...what: readonly string[]): Promise<T> {
    return schema.parse(JSON.parse(await this.must('kubectl', ['get', ...what, '--output', 'json'])));
  }

  async pods(...selector: readonly string[]): Promise<readonly PodView[]> {
    return (await this.get(PodListSchema, 'pods', ...selector)).items;
  }

  /** What a container wrote, all its starts one after the other; it stays when the pod is gone. */
  async log(pod: string, container = 'komodor-port'): Promise<string> {
    const file = join(inject('lab').directory, 'logs', this.name, pod, `${container}.log`);
    return readFile(file, 'utf8').catch(() => '');
  }

  /** Names of all pods of which anything ran, those that are gone included. */
  async podsThatRan(): Promise<readonly string[]> {
    return readdir(join(inject('lab').directory, 'logs', this.name)).catch(() => []);
  }

  /** Each time that a container ended, in order. */
  async endings(): Promise<readonly EndingView[]> {
    const lines = await readFile(join(inject('lab').directory, 'endings.jsonl'), 'utf8').catch(() => '');
    const all = lines.split('\n').filter((line) => line !== '');
    return all.map((line) => EndingSchema.parse(JSON.parse(line))).filter(({ namespace }) => namespace === this.name);
  }
}

const StateSchema = z.looseObject({
  waiting: z.looseObject({ reason: z.string(), message: z.string().optional() }).optional(),
  running: z.looseObject({}).optional(),
  terminated: z.looseObject({ exitCode: z.number() }).optional(),
});

const PodViewSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), uid: z.string() }),
  status: z.looseObject({
    phase: z.string(),
    podIP: z.string().default(''),
    containerStatuses: z
      .array(z.looseObject({ name: z.string(), ready: z.boolean(), restartCount: z.number(), state: StateSchema }))
      .default([]),
  }),
});
export type PodView = z.infer<typeof PodViewSchema>;
const PodListSchema = z.looseObject({ items: z.array(PodViewSchema) });

const EndingSchema = z.looseObject({
  namespace: z.string(),
  pod: z.string(),
  container: z.string(),
  exitCode: z.number(),
});
export type EndingView = z.infer<typeof EndingSchema>;

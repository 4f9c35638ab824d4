import { z } from 'zod';

const options = z.object({
  seed: z.number(),
  services: z.number(),
  risksPerService: z.number(),
  clusters: z.number(),
  latencyMs: z.number(),
  portLimit: z.object({ limit: z.number(), periodSeconds: z.number() }).optional(),
  /** What runs in a cluster beside them. */
  cluster: z.object({ workloads: z.number(), podsOfEach: z.number() }).optional(),
});
export type StandInSetup = z.infer<typeof options>;

/** What the benchmark asks of the process with the stand-ins. */
export const request = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start'), options }),
  /** How many requests came since the last time. */
  z.object({ type: z.literal('count') }),
  /** What Port holds. */
  z.object({ type: z.literal('entities') }),
  /** When each request came and was answered, since the last time; watched from the first call on. */
  z.object({ type: z.literal('watched') }),
  /** How many entities of Port were written since a moment. */
  z.object({ type: z.literal('written'), since: z.string() }),
  z.object({ type: z.literal('change'), share: z.number(), step: z.number() }),
]);
export type Request = z.infer<typeof request>;

const entity = z.looseObject({
  identifier: z.string(),
  title: z.string().nullable(),
  properties: z.record(z.string(), z.unknown()),
  relations: z.record(z.string(), z.unknown()),
});
export type SentEntity = z.infer<typeof entity>;

const seen = z.object({
  side: z.string(),
  method: z.string(),
  /** Without the query. */
  path: z.string(),
  /** Milliseconds since 1970. */
  from: z.number(),
  /** Absent where no answer was written. */
  to: z.number().optional(),
  status: z.number().optional(),
});
export type Seen = z.infer<typeof seen>;

export const answer = z.object({
  environment: z.record(z.string(), z.string()).optional(),
  count: z.object({ komodor: z.number(), port: z.number(), refused: z.number() }).optional(),
  entities: z.record(z.string(), z.array(entity)).optional(),
  seen: z.array(seen).optional(),
  changed: z.number().optional(),
  written: z.number().optional(),
  kubeconfig: z.string().optional(),
});
export type Answer = z.infer<typeof answer>;

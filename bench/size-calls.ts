import { z } from 'zod';

const options = z.object({
  /** Of each kind: services and risks. */
  rows: z.number(),
  /** Bytes that each row has on top. */
  ballast: z.number(),
});
export type SizeSetup = z.infer<typeof options>;

/** What Port has: nothing and takes what is written; all; or only what is in the sandbox, where requests are passed on to. */
const holding = z.enum(['templates', 'nothing', 'all']);
export type Holding = z.infer<typeof holding>;

export const sizeRequest = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start'), options }),
  z.object({ type: z.literal('hold'), holding, latencyMs: z.number() }),
  /** What it did since the last time. */
  z.object({ type: z.literal('use') }),
]);
export type SizeRequest = z.infer<typeof sizeRequest>;

const use = z.object({
  answers: z.number(),
  cpuSeconds: z.number(),
  /** Milliseconds that making the answers took. */
  makingMs: z.number(),
  bytes: z.number(),
  /** Entities that were written, and the sum of their running numbers, by blueprint. */
  written: z.record(z.string(), z.object({ count: z.number(), sum: z.number() })),
});
export type StandInUse = z.infer<typeof use>;

export const sizeAnswer = z.object({
  environment: z.record(z.string(), z.string()).optional(),
  use: use.optional(),
});
export type SizeAnswer = z.infer<typeof sizeAnswer>;

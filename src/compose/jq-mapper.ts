import { nonSecretEnvironment } from '../config/secrets.ts';
import type { OfflineSettings } from '../config/settings.ts';
import type { Mapper } from '../core/ports.ts';
import { createJqRunner, type JqRunner } from '../mapping/jq-runner.ts';
import { createMapper } from '../mapping/mapper.ts';
import { type JqBinary, resolveJq } from '../mapping/resolve-jq.ts';

export interface JqProbes {
  readonly jqDone?: (durationMs: number) => void;
  /** A jq runner that several applications of one process share. Default: a new one. */
  readonly jq?: JqRunner;
}

/** Creates jq and the mapper, according to the settings. */
export async function createJqMapper(
  settings: OfflineSettings,
  env: NodeJS.Dict<string>,
  probes: JqProbes = {},
): Promise<{ mapper: Mapper; jq: JqBinary }> {
  const jq = probes.jq ?? (await ownJq(settings));
  const mapper = createMapper({
    jq: timed(jq, (durationMs) => probes.jqDone?.(durationMs)),
    allowEnv: {
      ...(settings.allowEnvInMapping ? nonSecretEnvironment(settings, env) : {}),
      ...clusterNameOf(settings),
    },
    batchTimeoutMs: settings.jqTimeoutMs,
    batchItems: settings.jqBatchSize,
  });
  return { mapper, jq: jq.binary };
}

/** What expressions may read of the environment in any case. It may be set in a file, which the environment does not have. */
export function clusterNameOf({ clusterName }: OfflineSettings): { readonly CLUSTER_NAME?: string } {
  return clusterName === undefined ? {} : { CLUSTER_NAME: clusterName };
}

async function ownJq({ jqPath }: OfflineSettings): Promise<JqRunner> {
  return createJqRunner(await resolveJq(jqPath === undefined ? {} : { jqPath }));
}

function timed(jq: JqRunner, onDone: (durationMs: number) => void): JqRunner {
  return {
    binary: jq.binary,
    async run(program, input, options) {
      const startedAt = performance.now();
      return jq.run(program, input, options).finally(() => onDone(performance.now() - startedAt));
    },
  };
}

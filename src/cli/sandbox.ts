import { EXIT, onInterrupt } from './command.ts';
import { bold, dim, print, printJson } from './output.ts';
import { type StandInOptions, shellExports, startStandIns } from './stand-ins.ts';

/** `sandbox`: runs the stand-ins until Ctrl-C. @returns the exit code */
export async function sandbox(options: StandInOptions & { readonly json?: boolean }): Promise<number> {
  const interruption = onInterrupt();
  const { komodor, port, cluster, environment, close } = await startStandIns(options);
  if (options.json) {
    printJson({
      komodor: komodor.apiUrl,
      port: port.url,
      ...(cluster && { kubernetes: cluster.kubernetes.baseUrl, kubeconfig: cluster.kubeconfig }),
      environment,
    });
  } else {
    const size = `${komodor.world.services.length} services, ${komodor.world.risks.length} risks`;
    const lines = [
      `${bold('Komodor')} stand-in: ${komodor.apiUrl}  ${dim(size)}`,
      `${bold('Port')} stand-in:    ${port.url}/v1`,
      ...(cluster
        ? [
            `${bold('Kubernetes')} stand-in of the cluster ${cluster.cluster}: ${cluster.kubernetes.baseUrl}`,
            `  kubeconfig: ${cluster.kubeconfig}`,
          ]
        : []),
      '',
      'In another shell:',
      '',
      ...shellExports(environment),
      '',
      'then `node dist/cli.js resync`. Ctrl-C ends the stand-ins.',
    ];
    for (const line of lines) print(line);
  }
  await untilAborted(interruption.signal);
  await close();
  return EXIT.done;
}

/** Resolves when the signal aborts; keeps the process alive until then. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

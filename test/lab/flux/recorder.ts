import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { listenLocally } from '../processes.ts';

const EventSchema = z.looseObject({
  involvedObject: z.looseObject({ kind: z.string(), name: z.string(), namespace: z.string() }),
  reason: z.string(),
  message: z.string(),
  metadata: z.record(z.string(), z.string()).default({}),
});
export type FluxEvent = z.infer<typeof EventSchema>;

/** Receives what Flux sends to a Provider of type generic-hmac, beside the service that receives the same. */
export interface EventRecorder {
  /** In the order of their arrival; the signature of each was right. */
  readonly events: readonly FluxEvent[];
  /** A Provider and an Alert that send it everything that happens to our objects. */
  manifests(namespace: string): string;
  close(): Promise<void>;
}

export async function startEventRecorder(token: string): Promise<EventRecorder> {
  const events: FluxEvent[] = [];
  const server = createServer((request, response) => {
    text(request)
      .then((body) => {
        const signature = `sha256=${createHmac('sha256', token).update(body).digest('hex')}`;
        const right = request.headers['x-signature'] === signature;
        if (right) events.push(EventSchema.parse(JSON.parse(body)));
        response.writeHead(right ? 202 : 401).end();
      })
      .catch(() => response.destroy());
  });
  const port = await listenLocally(server);
  return {
    events,
    manifests: (namespace) => manifestsFor(namespace, `http://127.0.0.1:${port}/`, token),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function manifestsFor(namespace: string, address: string, token: string): string {
  const metadata = { name: 'recorder', namespace };
  const apiVersion = 'notification.toolkit.fluxcd.io/v1beta3';
  const kinds = ['GitRepository', 'Kustomization', 'HelmRelease', 'HelmChart'];
  const eventSources = kinds.flatMap((kind) => [
    { kind, name: '*', namespace },
    { kind, name: '*', namespace: 'komodor-port' },
  ]);
  const items = [
    { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { token } },
    {
      apiVersion,
      kind: 'Provider',
      metadata,
      spec: { type: 'generic-hmac', address, secretRef: { name: 'recorder' } },
    },
    {
      apiVersion,
      kind: 'Alert',
      metadata,
      spec: { providerRef: { name: 'recorder' }, eventSeverity: 'info', eventSources },
    },
  ];
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}

import { type Context, context, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Kind } from '../core/model.ts';
import type { RunObserver } from '../core/ports.ts';
import type { RunReport } from '../core/report.ts';

export interface TracedRun {
  readonly observer: RunObserver;
  end(report: RunReport): void;
}

export interface Tracing {
  /** A span for the run, with one for each kind under it. */
  begin(runId: string, mode: string, trigger: string): TracedRun;
  /** Sends what is waiting. */
  close(): Promise<void>;
}

/** Without an endpoint no span is made. */
const NO_TRACING: Tracing = { begin: () => ({ observer: {}, end: () => undefined }), close: async () => undefined };

/**
 * OpenTelemetry traces, if the standard variables set an OTLP endpoint (`OTEL_EXPORTER_OTLP_ENDPOINT` or
 * `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`). Name, attributes, headers and timeouts come from the standard variables too.
 */
export function createTracing(env: NodeJS.Dict<string>, version: string): Tracing {
  const base = env.OTEL_EXPORTER_OTLP_ENDPOINT;
  const url = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? (base ? `${base.replace(/\/+$/, '')}/v1/traces` : undefined);
  if (!url) return NO_TRACING;
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({
      'service.name': 'komodor-port',
      'service.version': version,
      ...attributesIn(env.OTEL_RESOURCE_ATTRIBUTES ?? ''),
      ...(env.OTEL_SERVICE_NAME ? { 'service.name': env.OTEL_SERVICE_NAME } : {}),
    }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url }))],
  });
  const tracer = provider.getTracer('komodor-port', version);
  return {
    begin(runId, mode, trigger) {
      const run = tracer.startSpan('run', {
        attributes: { 'run.id': runId, 'run.mode': mode, 'run.trigger': trigger },
      });
      const within: Context = trace.setSpan(context.active(), run);
      const kinds = new Map<Kind, Span>();
      return {
        observer: {
          kindStarted: (kind) => void kinds.set(kind, tracer.startSpan('kind', { attributes: { kind } }, within)),
          kindFinished({ kind, pages, items }) {
            kinds.get(kind)?.setAttributes({ pages, items }).end();
            kinds.delete(kind);
          },
          problem: ({ code, severity, message }) => void run.addEvent('problem', { code, severity, message }),
        },
        end({ status, requests }) {
          for (const span of kinds.values()) span.end();
          run.setAttributes({
            'run.status': status,
            'requests.komodor': requests.komodor,
            'requests.port': requests.port,
            ...(requests.kubernetes === undefined ? {} : { 'requests.kubernetes': requests.kubernetes }),
            'requests.retries': requests.retries,
          });
          if (status !== 'completed') run.setStatus({ code: SpanStatusCode.ERROR, message: status });
          run.end();
        },
      };
    },
    close: () => provider.shutdown(),
  };
}

/** `OTEL_RESOURCE_ATTRIBUTES`: names and percent-encoded values, `k8s.cluster.name=a,team=b`. What is none is left out. */
function attributesIn(text: string): { readonly [name: string]: string } {
  const pairs = text.split(',').map((pair) => /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(pair));
  return Object.fromEntries(pairs.flatMap((pair) => (pair ? [[pair[1], decoded(pair[2] ?? '')]] : [])));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

import { setting } from './setting-info.ts';
import { integer, seconds } from './setting-values.ts';

const PAGES_BY_THEMSELVES =
  'Not needed: without it, pages grow with the latency as long as they are not too large, and shrink when Komodor struggles.';

/** Settings whose defaults are right for almost everybody. */
export const tuningSettings = {
  komodorServicesPageSize: setting(
    'Tuning',
    'KOMODOR_SERVICES_PAGE_SIZE',
    { default: null, description: `Services per page, at most. ${PAGES_BY_THEMSELVES}` },
    integer(1, 10_000).optional(),
  ),
  komodorRisksPageSize: setting(
    'Tuning',
    'KOMODOR_RISKS_PAGE_SIZE',
    { default: null, description: `Health risks per page, at most. ${PAGES_BY_THEMSELVES}` },
    integer(1, 10_000).optional(),
  ),
  komodorConcurrency: setting(
    'Tuning',
    'KOMODOR_CONCURRENCY',
    { default: '4', description: 'Requests to Komodor at once, at most.' },
    integer(1, 64),
  ),
  portConcurrency: setting(
    'Tuning',
    'PORT_CONCURRENCY',
    {
      default: '40',
      description:
        'Requests to Port at once, at most. How many there are follows how fast Port answers, and what it refuses.',
    },
    integer(1, 64),
  ),
  portBatchesInFlight: setting(
    'Tuning',
    'PORT_BATCHES_IN_FLIGHT',
    {
      default: '40',
      description:
        'Batches of entities on their way to Port at once, at most. How many there are follows PORT_CONCURRENCY.',
    },
    integer(1, 64),
  ),
  requestTimeoutMs: setting(
    'Tuning',
    'REQUEST_TIMEOUT_SECONDS',
    { ocean: ['OCEAN__CLIENT_TIMEOUT'], default: '30', description: 'Seconds until a request counts as failed.' },
    seconds(1, 3_600),
  ),
  maxRateLimitWaitMs: setting(
    'Tuning',
    'MAX_RATE_LIMIT_WAIT_SECONDS',
    {
      default: '600',
      description: 'Longest wait for a rate limit, in seconds. An API that asks for more is asked again after that.',
    },
    seconds(1, 86_400),
  ),
  fluxSettleMs: setting(
    'Tuning',
    'FLUX_SETTLE_SECONDS',
    {
      default: '10',
      description: 'How long a resync waits that Flux has asked for, so that the rest of the commit is there as well.',
    },
    seconds(0, 600),
  ),
  jqTimeoutMs: setting(
    'Tuning',
    'JQ_TIMEOUT_SECONDS',
    {
      ocean: ['OCEAN__PROCESS_IN_QUEUE_TIMEOUT'],
      default: '30',
      description: 'Seconds of processor time that jq may take for a batch of items.',
    },
    seconds(1, 3_600),
  ),
  jqBatchSize: setting(
    'Tuning',
    'JQ_BATCH_SIZE',
    { default: '1000', description: 'Items per call of jq, at most.' },
    integer(1, 1_000),
  ),
};

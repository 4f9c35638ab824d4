import { loadOfflineSettings } from '../config/settings.ts';
import { AppError, messageOf } from '../core/errors.ts';

/** What commands ask of the running service. */
export interface ServiceClient {
  readonly url: string;
  /** A JSON document. @throws AppError */
  json(path: string, signal: AbortSignal): Promise<unknown>;
  /** A whole text. @throws AppError, also when it breaks off in the middle */
  text(path: string, signal: AbortSignal): Promise<string>;
}

/** How long the service may take until it begins to answer. */
const ANSWER_TIMEOUT_MS = 30_000;
/** The limit of an answer. A page of 1,000 rows has a few MiB at most. */
const MAX_LENGTH = 256 * 1024 * 1024;

/**
 * Creates a client for the service.
 * @param address `--url`; else PUBLIC_URL, else this machine at HTTP_PORT
 * @throws AppError `settings_invalid` when the address cannot be used
 */
export function createServiceClient(address: string | undefined): ServiceClient {
  const { publicUrl, httpPort, apiToken } = loadOfflineSettings(process.env);
  const url = checkedUrl(address ?? publicUrl ?? `http://127.0.0.1:${httpPort}`);
  const headers: Record<string, string> = apiToken === undefined ? {} : { authorization: `Bearer ${apiToken}` };

  async function get(path: string, signal: AbortSignal): Promise<Response> {
    const answerTimeout = new AbortController();
    const timer = setTimeout(
      () => answerTimeout.abort(new Error(`no answer in ${ANSWER_TIMEOUT_MS / 1000} s`)),
      ANSWER_TIMEOUT_MS,
    );
    try {
      const answer = await fetch(`${url}${path}`, { headers, signal: AbortSignal.any([signal, answerTimeout.signal]) });
      if (!answer.ok) throw await refusalOf(url, answer, apiToken !== undefined);
      return answer;
    } catch (error) {
      throw error instanceof AppError ? error : unreachable(url, error);
    } finally {
      clearTimeout(timer);
    }
  }

  async function text(path: string, signal: AbortSignal): Promise<string> {
    const { body } = await get(path, signal);
    if (body === null) return '';
    const decoder = new TextDecoder();
    let whole = '';
    try {
      for await (const piece of body) {
        whole += decoder.decode(piece, { stream: true });
        if (whole.length > MAX_LENGTH) throw new Error('it is too long');
      }
    } catch (error) {
      const message = `The answer of ${url} broke off in the middle: ${reasonOf(error)}`;
      throw new AppError('service_unreachable', message, { cause: error });
    }
    return whole + decoder.decode();
  }

  return {
    url,
    text,
    async json(path, signal) {
      const whole = await text(path, signal);
      try {
        return JSON.parse(whole);
      } catch {
        throw noService(url, 'it does not answer with JSON');
      }
    },
  };
}

function checkedUrl(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new AppError(
      'settings_invalid',
      '--url must be an address such as http://127.0.0.1:8000, without user and password; API_TOKEN has the token',
    );
  return url.href.replace(/\/+$/, '');
}

function unreachable(url: string, error: unknown): AppError {
  return new AppError(
    'service_unreachable',
    `The service at ${url} cannot be reached: ${reasonOf(error)}. Is it running, and is --url, PUBLIC_URL or HTTP_PORT its address?`,
    { cause: error },
  );
}

/** fetch hides the reason in `cause`. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof AggregateError) return messageOf(cause.errors[0] ?? cause);
  return messageOf(cause ?? error);
}

function noService(url: string, why: string): AppError {
  return new AppError('service_refused', `${url} is not this program's service: ${why}. Check --url`);
}

/** What the answer says about why not, in a sentence. */
async function refusalOf(url: string, answer: Response, hasToken: boolean): Promise<AppError> {
  const { status } = answer;
  const isProblem = answer.headers.get('content-type')?.startsWith('application/problem+json') === true;
  const body = await answer.text().catch(() => '');
  if (!isProblem) return noService(url, `it answered ${status} without a reason`);
  const detail = detailOf(body);
  const advice = ADVICE[status] ?? '';
  if (status === 401)
    return new AppError(
      'service_refused',
      hasToken
        ? `The service at ${url} refused API_TOKEN: set it to the token with which the service runs`
        : `The service at ${url} wants a token: set API_TOKEN to the one with which it runs`,
    );
  return new AppError('service_refused', `The service at ${url} answered ${status}: ${detail}${advice}`);
}

const ADVICE: Readonly<Record<number, string>> = {
  403: ' Set API_TOKEN for the service and for this command, or ask on the machine where it runs.',
  429: ' Wait a minute and ask again.',
  503: ' Ask again in a moment.',
};

function detailOf(body: string): string {
  try {
    const problem: unknown = JSON.parse(body);
    if (typeof problem === 'object' && problem !== null && 'detail' in problem) return String(problem.detail);
  } catch {}
  return 'it gave no reason';
}

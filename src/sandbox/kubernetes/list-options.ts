import { parseFieldSelector } from './field-selector.ts';
import { parseLabelSelector } from './label-selector.ts';
import type { Definition, KubernetesObject } from './model.ts';
import { badRequest, type Invalid, invalid } from './refusals.ts';

export interface Features {
  /** `sendInitialEvents` of a watch. */
  readonly streamingLists: boolean;
  /** Everything that the server has in one answer, for who accepts it. */
  readonly aggregatedDiscovery: boolean;
}

/** What a listing and a watch can be told. Unknown parameters are ignored, as the real server does. */
export interface ListOptions {
  readonly isWatch: boolean;
  readonly limit: number;
  readonly continueToken: string;
  /** As it was given; `''` when it was not. */
  readonly resourceVersion: string;
  readonly match: string;
  readonly timeoutSeconds: number | undefined;
  readonly bookmarks: boolean;
  /** Undefined when nothing was said. */
  readonly sendInitialEvents: boolean | undefined;
  readonly hasSelector: boolean;
  matches(object: KubernetesObject): boolean;
}

/** Reads the query of a listing. Throws the server's refusal. */
export function readListOptions(query: URLSearchParams, definition: Definition, features: Features): ListOptions {
  const get = (name: string) => query.get(name) ?? '';
  const timeoutSeconds = query.has('timeoutSeconds') ? wholeNumber(get('timeoutSeconds')) : undefined;
  const limit = query.has('limit') ? wholeNumber(get('limit')) : 0;
  const labels = parseLabelSelector(get('labelSelector'));
  const fields = parseFieldSelector(get('fieldSelector'), definition);
  const options: ListOptions = {
    isWatch: flag(query, 'watch') ?? false,
    limit,
    continueToken: get('continue'),
    resourceVersion: get('resourceVersion'),
    match: get('resourceVersionMatch'),
    timeoutSeconds,
    bookmarks: flag(query, 'allowWatchBookmarks') ?? false,
    sendInitialEvents: flag(query, 'sendInitialEvents'),
    hasSelector: get('labelSelector') !== '' || get('fieldSelector') !== '',
    matches: (object) => labels(object.metadata.labels) && fields(object),
  };
  const problems = options.isWatch ? watchProblems(options, features) : listProblems(options);
  if (problems.length > 0) throw invalid('meta.k8s.io', 'ListOptions', '', problems);
  return options;
}

/** Whether the query asks for a watch; the verb depends on it. */
export function asksToWatch(query: URLSearchParams): boolean {
  return flag(query, 'watch') ?? false;
}

/** Everything is true but `false` and `0`, even nothing; undefined when it is absent. */
function flag(query: URLSearchParams, name: string): boolean | undefined {
  const text = query.get(name);
  return text === null ? undefined : !['false', '0'].includes(text.toLowerCase());
}

function wholeNumber(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  return Number(text);
}

const EXACT = 'Exact';
const NOT_OLDER = 'NotOlderThan';

function listProblems({ match, resourceVersion, continueToken, sendInitialEvents }: ListOptions): Invalid[] {
  const problems: Invalid[] = [];
  if (match !== '') {
    if (resourceVersion === '') {
      problems.push(forbiddenMatch('resourceVersionMatch is forbidden unless resourceVersion is provided'));
    }
    if (continueToken !== '') {
      problems.push(forbiddenMatch('resourceVersionMatch is forbidden when continue is provided'));
    }
    if (match !== EXACT && match !== NOT_OLDER) problems.push(unsupported(match, [EXACT, NOT_OLDER, '']));
    if (match === EXACT && resourceVersion === '0') {
      problems.push(forbiddenMatch('resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
    }
  }
  if (sendInitialEvents !== undefined) {
    problems.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  return problems;
}

function watchProblems(options: ListOptions, { streamingLists }: Features): Invalid[] {
  const { match, continueToken, sendInitialEvents } = options;
  const problems: Invalid[] = [];
  if (sendInitialEvents !== undefined) {
    if (match !== NOT_OLDER) {
      problems.push(forbiddenMatch(`sendInitialEvents requires setting resourceVersionMatch to ${NOT_OLDER}`));
    }
    if (!streamingLists) {
      const message = 'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled';
      problems.push(forbidden('sendInitialEvents', message));
    }
  }
  if (match !== '' && sendInitialEvents === undefined) {
    problems.push(forbiddenMatch('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'));
  }
  if (match !== '' && match !== NOT_OLDER) problems.push(unsupported(match, [NOT_OLDER]));
  if (continueToken !== '') {
    problems.push(forbiddenMatch('resourceVersionMatch is forbidden when continue is provided'));
  }
  return problems;
}

function forbiddenMatch(message: string): Invalid {
  return forbidden('resourceVersionMatch', message);
}

function forbidden(field: string, message: string): Invalid {
  return { field, reason: 'FieldValueForbidden', message: `Forbidden: ${message}` };
}

function unsupported(value: string, supported: readonly string[]): Invalid {
  const values = supported.map((one) => JSON.stringify(one)).join(', ');
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${values}`;
  return { field: 'resourceVersionMatch', reason: 'FieldValueNotSupported', message };
}

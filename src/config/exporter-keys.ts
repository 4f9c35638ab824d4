import type { JsonObject } from '../core/model.ts';
import type { ReportProblem } from './mapping-template.ts';
import { booleanLike, isObject } from './mapping-values.ts';

/** A key of the configuration of Port's K8s exporter that does nothing in a mapping here. */
interface ExporterKey {
  readonly name: string;
  /** Whether a value asks for nothing that is not so here anyway. */
  readonly isSatisfied: (value: unknown) => boolean;
  /** What to do instead. */
  readonly instead: string;
}

const is = (wanted: boolean) => (value: unknown) => booleanLike.safeParse(value).data === wanted;
const isEmpty = (value: unknown) =>
  value === null ||
  value === '' ||
  value === 'false' ||
  value === false ||
  (Array.isArray(value) && value.length === 0);
const never = () => false;

/** The keys beside `resources`. docs/coming-from-the-k8s-exporter.md has a row for each (a test compares). */
export const EXPORTER_KEYS: readonly ExporterKey[] = [
  {
    name: 'crdsToDiscover',
    isSatisfied: isEmpty,
    instead:
      'make the blueprint once, and map the kind with an entry of its own: properties: {"*": .spec} takes all of them',
  },
  {
    name: 'overwriteCrdsActions',
    isSatisfied: is(false),
    instead: 'actions in Port are made there, or with Terraform',
  },
  {
    name: 'updateEntityOnlyOnDiff',
    isSatisfied: is(true),
    instead: 'only differences are written, always',
  },
  {
    name: 'sendRawDataExamples',
    isSatisfied: is(true),
    instead: 'the setting SEND_RAW_DATA_EXAMPLES says whether examples are sent',
  },
  {
    name: 'allowAllEnvironmentVariablesInJQ',
    isSatisfied: is(false),
    instead: 'the setting ALLOW_ENV_IN_MAPPING=true does that, without our secrets; env.CLUSTER_NAME works without it',
  },
  {
    name: 'allowedEnvironmentVariablesInJQ',
    isSatisfied: isEmpty,
    instead: 'env.CLUSTER_NAME works always; for others set ALLOW_ENV_IN_MAPPING=true, which has no list of names',
  },
  { name: 'resyncInterval', isSatisfied: never, instead: 'set RESYNC_INTERVAL' },
  { name: 'stateKey', isSatisfied: never, instead: 'set EXPORTER_STATE_KEY to take over what the exporter wrote' },
  { name: 'eventListenerType', isSatisfied: never, instead: 'set EVENT_LISTENER' },
  { name: 'createDefaultResources', isSatisfied: never, instead: 'set INITIALIZE_PORT_RESOURCES' },
  {
    name: 'createPortResourcesOrigin',
    isSatisfied: never,
    instead: 'blueprints and the first mapping come from the files',
  },
  { name: 'overwriteConfigurationOnRestart', isSatisfied: is(false), instead: 'set MAPPING_SOURCE=file' },
];

/** Other spellings of these keys. */
const ALIASES: { readonly [name: string]: string } = {
  allowenvironmentvariablesinjq: 'allowedenvironmentvariablesinjq',
};

/**
 * Reports a key that a mapping of Port's K8s exporter has, if it asks for something else than what is so here.
 * @returns whether it is such a key
 */
export function reportExporterKey(key: string, value: unknown, report: ReportProblem): boolean {
  const small = key.toLowerCase();
  const known = EXPORTER_KEYS.find(({ name }) => name.toLowerCase() === (ALIASES[small] ?? small));
  if (known === undefined) return false;
  if (value !== null && !known.isSatisfied(value))
    report(key, `is a key of Port's K8s exporter and has no effect here: ${known.instead}`, 'warning');
  return true;
}
/** An entry as the exporter takes it: without a `selector`, or without a `query` in it, everything of the kind is meant. */
export function withQuery(entry: unknown): unknown {
  if (!isObject(entry) || typeof entry.kind !== 'string' || !entry.kind.includes('/')) return entry;
  const { selector = {} } = entry;
  if (selector !== null && !isObject(selector)) return entry;
  const { query, ...rest }: JsonObject = selector ?? {};
  return {
    ...entry,
    selector: { ...rest, query: query === undefined || query === null || query === '' ? 'true' : query },
  };
}

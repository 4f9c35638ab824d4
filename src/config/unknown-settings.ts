import { didYouMean, nearest } from '../core/nearest.ts';
import type { Found } from './environment.ts';
import { isBelow, WITHOUT_EFFECT } from './ocean-names.ts';
import { listSettings } from './settings-schema.ts';

/** A variable with the name for its lookup. */
export interface Variable extends Found {
  readonly key: string;
}

const OUR_NAMES = listSettings().map(({ name }) => name);
const OCEAN_NAMES = listSettings().flatMap(({ oceanNames }) => oceanNames);
const NAMES_WITHOUT_EFFECT = WITHOUT_EFFECT.flatMap(({ names }) => names);
const OCEAN_INTEGRATION_TYPE = 'OCEAN__INTEGRATION__TYPE';

/** Names that begin like those of our settings, so they are probably meant for us. */
const LIKE_OUR_NAMES =
  /^(KOMODOR|MAPPINGS?|BLUEPRINTS?|RESYNC|INTEGRATION)_|^PORT_(API|HOST|KEY|REGION|SECRET|TOKEN|URL)/;

/** Variables that Kubernetes sets in every container for each Service, such as one with the name `komodor-port`. */
const KUBERNETES_SERVICE_VARIABLE = /_SERVICE_(HOST|PORT)(_\w+)?$|_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/;

/**
 * Sentences about variables without effect: mistyped names of our settings, and Port Ocean's settings that we do not use.
 * All other variables are ignored. No sentence contains a value.
 */
export function describeUnknown(variables: readonly Variable[]): readonly string[] {
  const unknown = variables.filter(({ key }) => !OUR_NAMES.includes(key) && !OCEAN_NAMES.includes(key));
  return [
    ...new Set([
      ...mistyped(unknown),
      ...withoutEffect(unknown),
      ...wrongIntegrationType(unknown),
      ...unknownOceanNames(unknown),
      ...overruled(variables),
    ]),
  ];
}

function isOceanName({ key }: Variable): boolean {
  return /^(OCEAN|APPLICATION)__/.test(key);
}

function mistyped(variables: readonly Variable[]): readonly string[] {
  return variables
    .filter((one) => !isOceanName(one) && !KUBERNETES_SERVICE_VARIABLE.test(one.key) && !one.value.startsWith('tcp://'))
    .flatMap(({ name, key }) => {
      const meant = nearest(key, [...OUR_NAMES, ...OCEAN_NAMES]) ?? longestPrefixOf(key);
      if (meant !== undefined) return [`${name} is no setting and has no effect (did you mean ${meant}?).`];
      return LIKE_OUR_NAMES.test(key) ? [`${name} is no setting and has no effect.`] : [];
    });
}

/** The longest of our names that is a prefix of this one: API_TOKEN for `API_TOKEN_FILE`. */
function longestPrefixOf(key: string): string | undefined {
  const beginnings = OUR_NAMES.filter((ours) => ours.includes('_') && key.startsWith(`${ours}_`));
  return beginnings.sort((a, b) => b.length - a.length)[0];
}

function withoutEffect(variables: readonly Variable[]): readonly string[] {
  return WITHOUT_EFFECT.flatMap(({ names, why }) => {
    const found = variables.filter(({ key }) => names.some((name) => isBelow(key, name))).map(nameOf);
    return found.length === 0
      ? []
      : [`${found.join(', ')} ${found.length > 1 ? 'have' : 'has'} no effect here: ${why}.`];
  });
}

function wrongIntegrationType(variables: readonly Variable[]): readonly string[] {
  return variables
    .filter(({ key, value }) => key === OCEAN_INTEGRATION_TYPE && value.toLowerCase() !== 'komodor')
    .map(({ name }) => `${name} has no effect here: this program is the integration of the type komodor and no other.`);
}

function unknownOceanNames(variables: readonly Variable[]): readonly string[] {
  const known = [...OCEAN_NAMES, ...NAMES_WITHOUT_EFFECT, OCEAN_INTEGRATION_TYPE];
  return variables
    .filter(
      (one) =>
        isOceanName(one) &&
        one.key !== OCEAN_INTEGRATION_TYPE &&
        !NAMES_WITHOUT_EFFECT.some((name) => isBelow(one.key, name)),
    )
    .map(
      (one) =>
        `${nameOf(one)} is no setting that this program or Port Ocean has${didYouMean(one.key, known)}; it has no effect.`,
    );
}

/** Settings that are set both by our name and by Ocean's, to different values. */
function overruled(variables: readonly Variable[]): readonly string[] {
  return listSettings().flatMap(({ name, oceanNames }) => {
    const found = [name, ...oceanNames].flatMap((one) => variables.filter(({ key }) => key === one));
    const [winner, ...others] = found;
    return others
      .filter(({ value }) => value !== winner?.value)
      .map(
        (one) => `${nameOf(one)} does not set ${name}: ${winner?.name} is set too, to something else, and comes first.`,
      );
  });
}

/** For messages: a value inside JSON has its own name and that of the variable. */
function nameOf({ key, name }: Variable): string {
  return key === name.toUpperCase() ? name : `${key} (in ${name})`;
}

import { didYouMean, nearest } from '../core/nearest.ts';
import type { Found } from './environment.ts';
import { isBelow, WITHOUT_EFFECT } from './ocean-names.ts';
import { listSettings } from './settings-schema.ts';

/** A variable under the name that it is looked up by. */
export interface Variable extends Found {
  readonly key: string;
}

const OURS = listSettings().map(({ name }) => name);
const OCEANS = listSettings().flatMap(({ oceanNames }) => oceanNames);
const WITHOUT = WITHOUT_EFFECT.flatMap(({ names }) => names);
const TYPE = 'OCEAN__INTEGRATION__TYPE';

/** Names that begin like those of our settings: somebody thought of us. */
const LIKE_OURS = /^(KOMODOR|MAPPINGS?|BLUEPRINTS?|RESYNC|INTEGRATION)_|^PORT_(API|HOST|KEY|REGION|SECRET|TOKEN|URL)/;

/** What Kubernetes puts into every container about a Service, such as one that is called `komodor-port`. */
const OF_A_SERVICE = /_SERVICE_(HOST|PORT)(_\w+)?$|_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/;

/**
 * Sentences about variables that somebody set and that mean nothing here: mistyped names of our settings, and names of
 * Port Ocean's that we do not honour. Everything else in the environment is not ours to judge. No value is told.
 */
export function describeUnknown(variables: readonly Variable[]): readonly string[] {
  const unknown = variables.filter(({ key }) => !OURS.includes(key) && !OCEANS.includes(key));
  return [
    ...new Set([
      ...mistyped(unknown),
      ...withoutEffect(unknown),
      ...foreignType(unknown),
      ...notOceans(unknown),
      ...overruled(variables),
    ]),
  ];
}

function isOceans({ key }: Variable): boolean {
  return /^(OCEAN|APPLICATION)__/.test(key);
}

function mistyped(variables: readonly Variable[]): readonly string[] {
  return variables
    .filter((one) => !isOceans(one) && !OF_A_SERVICE.test(one.key) && !one.value.startsWith('tcp://'))
    .flatMap(({ name, key }) => {
      const meant = nearest(key, [...OURS, ...OCEANS]) ?? beginningOf(key);
      if (meant !== undefined) return [`${name} is no setting and has no effect (did you mean ${meant}?).`];
      return LIKE_OURS.test(key) ? [`${name} is no setting and has no effect.`] : [];
    });
}

/** The longest of our names that a name goes on from: `API_TOKEN_FILE`. */
function beginningOf(key: string): string | undefined {
  const beginnings = OURS.filter((ours) => ours.includes('_') && key.startsWith(`${ours}_`));
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

function foreignType(variables: readonly Variable[]): readonly string[] {
  return variables
    .filter(({ key, value }) => key === TYPE && value.toLowerCase() !== 'komodor')
    .map(({ name }) => `${name} has no effect here: this program is the integration of the type komodor and no other.`);
}

function notOceans(variables: readonly Variable[]): readonly string[] {
  const known = [...OCEANS, ...WITHOUT, TYPE];
  return variables
    .filter((one) => isOceans(one) && one.key !== TYPE && !WITHOUT.some((name) => isBelow(one.key, name)))
    .map(
      (one) =>
        `${nameOf(one)} is no setting that this program or Port Ocean has${didYouMean(one.key, known)}; it has no effect.`,
    );
}

/** Settings that are set twice, under our name and under Ocean's, and not to the same. */
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

/** A part of a JSON branch by its own name and the variable's that holds it. */
function nameOf({ key, name }: Variable): string {
  return key === name.toUpperCase() ? name : `${key} (in ${name})`;
}

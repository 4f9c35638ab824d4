import { all, any, first, has, isIn, KEYS, LENGTH, map, SORT, select, UNIQUE } from './list-functions.ts';
import { element, elements } from './paths.ts';
import { constant, IDENTITY, type One, one, type Plain } from './plain.ts';
import { substitution, TEXT_ARGUMENT_FUNCTIONS, TEXT_FUNCTIONS } from './text-functions.ts';
import { certain, isTrue, type JqType, NOTHING, typeOf, undecided } from './values.ts';

/** The call of a function. Undefined when the function is unknown, or may not mean the same here with these arguments. */
export function callOf(name: string, args: readonly Plain[]): Plain | undefined {
  const [only, second] = args;
  if (only === undefined) return WITHOUT_ARGUMENTS.get(name);
  if (second === undefined) return WITH_ONE.get(name)?.(only) ?? textCall(name, only);
  return args.length === 2 ? WITH_TWO.get(name)?.(only, second) : undefined;
}

const ELEMENTS = elements(false);

const WITHOUT_ARGUMENTS: ReadonlyMap<string, Plain> = new Map<string, Plain>([
  ...TEXT_FUNCTIONS,
  ['true', constant(true)],
  ['false', constant(false)],
  ['null', constant(null)],
  ['empty', one(() => NOTHING)],
  // jq gives the message.
  ['error', one(undecided)],
  ['not', one((input) => !isTrue(input))],
  ['type', one(typeOf, 'boolean'.length)],
  ['length', LENGTH],
  ['keys', KEYS],
  ['sort', SORT],
  ['unique', UNIQUE],
  ['first', element(0, false)],
  ['last', element(-1, false)],
  ['all', all(ELEMENTS, IDENTITY)],
  ['any', any(ELEMENTS, IDENTITY)],
  ['values', only((input) => input !== null)],
  ['nulls', ofTypes('null')],
  ['booleans', ofTypes('boolean')],
  ['numbers', ofTypes('number')],
  ['strings', ofTypes('string')],
  ['arrays', ofTypes('array')],
  ['objects', ofTypes('object')],
  ['iterables', ofTypes('array', 'object')],
  ['scalars', ofTypes('null', 'boolean', 'number', 'string')],
  ['floor', onNumber(Math.floor)],
  ['ceil', onNumber(Math.ceil)],
  ['round', onNumber(roundAwayFromZero)],
]);

const WITH_ONE: ReadonlyMap<string, (arg: Plain) => Plain | undefined> = new Map<
  string,
  (arg: Plain) => Plain | undefined
>([
  ['error', () => one(undecided)],
  ['has', (arg) => ('constant' in arg ? has(arg.constant) : undefined)],
  ['first', first],
  ['map', map],
  ['IN', isIn],
  ['select', (arg) => (arg.many ? undefined : select(arg))],
  ['all', (arg) => (arg.many ? undefined : all(ELEMENTS, arg))],
  ['any', (arg) => (arg.many ? undefined : any(ELEMENTS, arg))],
]);

const WITH_TWO: ReadonlyMap<string, (first: Plain, second: Plain) => Plain | undefined> = new Map<
  string,
  (first: Plain, second: Plain) => Plain | undefined
>([
  ['all', (list, condition) => (condition.many ? undefined : all(list, condition))],
  ['any', (list, condition) => (condition.many ? undefined : any(list, condition))],
  ['sub', (from, to) => replace(from, to, '')],
  ['gsub', (from, to) => replace(from, to, 'g')],
]);

function textCall(name: string, arg: Plain): One | undefined {
  const text = constantText(arg);
  return text === undefined ? undefined : TEXT_ARGUMENT_FUNCTIONS.get(name)?.(text);
}

function replace(from: Plain, to: Plain, flags: '' | 'g'): One | undefined {
  const [pattern, replacement] = [constantText(from), constantText(to)];
  return pattern === undefined || replacement === undefined ? undefined : substitution(pattern, replacement, flags);
}

function constantText(plain: Plain): string | undefined {
  return 'constant' in plain && typeof plain.constant === 'string' ? plain.constant : undefined;
}

function only(isWanted: (input: unknown) => boolean): One {
  return one((input) => (isWanted(input) ? input : NOTHING));
}

function ofTypes(...types: readonly JqType[]): One {
  return only((input) => types.includes(typeOf(input)));
}

function onNumber(compute: (number: number) => number): One {
  return one((input) => (typeof input === 'number' ? certain(compute(input)) : undecided()));
}

/** As in C. Math.round rounds -0.5 up. */
function roundAwayFromZero(number: number): number {
  const whole = Math.trunc(number);
  return Math.abs(number - whole) < 0.5 ? whole : whole + Math.sign(number);
}

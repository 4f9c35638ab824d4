import type { Fault, FaultAction } from './faults.ts';

const COUNTS: Readonly<Record<string, number>> = { once: 1, twice: 2, thrice: 3 };

/**
 * Reads one fault: `route [page N] [call N] [from N] -> action [once|twice|xN]`, where the action is a status
 * (`500`, `429 retry-after 3`, `429 reset 12`), one of the words that docs/sandbox.md lists for every route, or a name
 * with arguments for the stand-in.
 * Examples: `services page 3 -> 500 twice`, `risks from 2 -> cut at 30%`, `bulk call 2 -> refuse-item 7 422`.
 * Throws an Error that names the text and what is wrong with it.
 */
export function parseFault(text: string): Fault {
  const sides = text.split('->');
  const [route, ...conditions] = words(sides[0]);
  const action = words(sides[1]);
  if (sides.length !== 2 || route === undefined || action.length === 0) {
    throw new Error(`The fault "${text}" is not of the form "route [page N] [call N] [from N] -> action".`);
  }
  const times = takeTimes(action);
  if (action.length === 0) throw new Error(`The fault "${text}" says how often, but not what.`);
  return { route, ...readConditions(conditions, text), ...(times && { times }), action: readAction(action, text) };
}

function words(text: string | undefined): string[] {
  return (text ?? '').split(/\s+/).filter((word) => word !== '');
}

function takeTimes(action: string[]): number | undefined {
  const last = action.at(-1) ?? '';
  const times = COUNTS[last] ?? Number(/^x([1-9]\d*)$/.exec(last)?.[1] ?? 0);
  if (times === 0) return undefined;
  action.pop();
  return times;
}

function readConditions(conditions: readonly string[], text: string): { page?: number; call?: number; from?: number } {
  const found: { page?: number; call?: number; from?: number } = {};
  for (let at = 0; at < conditions.length; at += 2) {
    const name = conditions[at];
    if (name !== 'page' && name !== 'call' && name !== 'from') {
      throw new Error(`The fault "${text}" has an unknown condition "${name}": use page, call or from.`);
    }
    found[name] = wholeNumber(conditions[at + 1], `"${name}"`, text);
  }
  return found;
}

function readAction(action: readonly string[], text: string): FaultAction {
  const [name = '', ...args] = action;
  switch (name) {
    case 'hang':
    case 'reset':
    case 'stale':
    case 'blank':
      if (args.length > 0) throw new Error(`The fault "${text}": "${name}" takes no argument.`);
      return { type: name };
    case 'cut':
    case 'break':
    case 'stall':
      return { type: name, ...readShare(name, args, text) };
    case 'garbage':
      return { type: name, ...(args[0] !== undefined && { status: readStatus(args[0], text) }) };
    case 'lost':
      return { type: name, end: readLoss(args[0], text) };
    case 'slow':
      return { type: name, ms: wholeNumber(args[0], '"slow"', text) };
    default:
      return /^\d+$/.test(name) ? readAnswer(name, args, text) : { type: 'named', name, args };
  }
}

/** `at 30%`; nothing for half. */
function readShare(name: string, args: readonly string[], text: string): { percent?: number } {
  if (args.length === 0) return {};
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(args[1] ?? '')?.[1];
  if (args[0] !== 'at' || percent === undefined || args.length > 2 || Number(percent) > 100) {
    throw new Error(`The fault "${text}": after "${name}" only "at N%" may follow.`);
  }
  return { percent: Number(percent) };
}

function readLoss(word: string | undefined, text: string): 'reset' | 'hang' | number {
  if (word === undefined) return 'reset';
  return word === 'hang' ? word : readStatus(word, text);
}

function readAnswer(name: string, args: readonly string[], text: string): FaultAction {
  const status = readStatus(name, text);
  if (args.length === 0) return { type: 'status', status };
  const [header, ...value] = args;
  if ((header !== 'retry-after' && header !== 'reset') || value.length === 0) {
    throw new Error(`The fault "${text}": after a status only "retry-after VALUE" or "reset VALUE" may follow.`);
  }
  // The value may be a date with spaces in it.
  return { type: 'status', status, [header === 'reset' ? 'rateReset' : 'retryAfter']: value.join(' ') };
}

function readStatus(word: string, text: string): number {
  const status = Number(word);
  if (!(status >= 200 && status <= 599)) throw new Error(`The fault "${text}": ${word} is no HTTP status.`);
  return status;
}

function wholeNumber(word: string | undefined, after: string, text: string): number {
  if (word === undefined || !/^[1-9]\d*$/.test(word)) {
    throw new Error(`The fault "${text}": ${after} needs a whole number from 1 up.`);
  }
  return Number(word);
}

import { IDENTIFIER_PROPERTY } from '../../core/blueprint-state.ts';
import { encodeIdentifier } from '../../core/identifier.ts';
import type { StoredEntity } from '../../core/model.ts';
import type { Extraction } from '../../core/run.ts';
import type { Place } from '../../core/source.ts';

/** What an identifier of the mapping looks like: texts, and parts of a place. */
export type Pattern = readonly (string | { readonly part: string })[];

/** More possible places than this are not looked at: then the identifier says too little. */
const MAX_PLACES = 200;
/** Kinds of Kubernetes have no dash, so `Deployment-prod-…` begins with one kind only. */
const WITHOUT_DASH = ['kind'];

/** The parts of its item's place that an entity in Port keeps in its properties. */
export function placeInPort(extraction: Extraction, { blueprint, identifier, properties }: StoredEntity): Place {
  const parts = Object.entries(extraction.locators.get(blueprint) ?? {}).flatMap(([part, property]) => {
    const value = property === IDENTIFIER_PROPERTY ? identifier : properties[property];
    return typeof value === 'string' || typeof value === 'number' ? [[part, String(value)]] : [];
  });
  return Object.fromEntries(parts);
}

/**
 * What the identifiers of a blueprint look like, learned from that of the kind's probe.
 * @returns undefined when the mapping gives the probe none
 */
export async function patternOf(
  { kind, program }: Extraction,
  blueprint: string,
  signal: AbortSignal,
): Promise<Pattern | undefined> {
  const { rows } = await program.mapUnfiltered(kind.probe.item, signal);
  for (const row of rows) {
    if (row.type !== 'entity' || row.entity.blueprint !== blueprint) continue;
    const { identifier } = row.entity;
    if (typeof identifier === 'string') return splitAtParts(encodeIdentifier(identifier), kind.probe.place);
  }
  return undefined;
}

function splitAtParts(identifier: string, place: Place): Pattern {
  // The longest values first: one of them may contain the others.
  const parts = Object.entries(place).sort(([, a], [, b]) => b.length - a.length);
  let pieces: Pattern = [identifier];
  for (const [part, raw] of parts) {
    const value = encodeIdentifier(raw);
    pieces = pieces.flatMap((piece) => {
      if (typeof piece !== 'string') return [piece];
      return piece.split(value).flatMap((text, at) => (at === 0 ? [text] : [{ part }, text]));
    });
  }
  return pieces.filter((piece) => piece !== '');
}

/** Whether two items can never have the same identifier, because it holds all that tells them apart. */
export function isUnique(pattern: Pattern, { kind }: Pick<Extraction, 'kind'>): boolean {
  const parts = new Set(pattern.flatMap((piece) => (typeof piece === 'string' ? [] : [piece.part])));
  return kind.identity.every((part) => parts.has(part));
}

/**
 * The places that an identifier may stand for. Names may have dashes, so there are several.
 * @param known the possible values of parts, where they are known
 * @returns undefined when there are too many
 */
export function placesFor(
  pattern: Pattern,
  identifier: string,
  known: { readonly [part: string]: readonly string[] } = {},
): readonly Place[] | undefined {
  const found = new Map<string, Place>();
  let steps = 0;
  const fits = (part: string, value: string) =>
    value !== '' && !(WITHOUT_DASH.includes(part) && value.includes('-')) && (known[part]?.includes(value) ?? true);

  function follow(at: number, rest: string, place: Place): void {
    steps += 1;
    if (steps > MAX_PLACES * 20 || found.size > MAX_PLACES) return;
    const piece = pattern[at];
    if (piece === undefined) {
      if (rest === '') found.set(JSON.stringify(place), place);
      return;
    }
    if (typeof piece === 'string') {
      if (rest.startsWith(piece)) follow(at + 1, rest.slice(piece.length), place);
      return;
    }
    for (let length = 1; length <= rest.length; length += 1) {
      const next = pattern[at + 1];
      if (typeof next === 'string' && !rest.startsWith(next, length)) continue;
      if (next === undefined && length < rest.length) continue;
      const value = decode(rest.slice(0, length));
      const before = place[piece.part];
      if (before === undefined ? !fits(piece.part, value) : before !== value) continue;
      follow(at + 1, rest.slice(length), { ...place, [piece.part]: value });
    }
  }
  follow(0, identifier, {});
  return steps > MAX_PLACES * 20 || found.size > MAX_PLACES ? undefined : [...found.values()];
}

/** The identifier that an item of this place gets; undefined when a part is not known. */
export function nameFor(pattern: Pattern, place: Place): string | undefined {
  const pieces = pattern.map((piece) => (typeof piece === 'string' ? piece : encodePart(place[piece.part])));
  return pieces.includes(undefined) ? undefined : pieces.join('');
}

function encodePart(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : encodeIdentifier(value);
}

/** The text of which `encodeIdentifier` made this one. What it shortened cannot be told. */
function decode(text: string): string {
  return text.replaceAll(/(?:=[0-9A-F]{2})+/g, (escapes) =>
    Buffer.from(escapes.replaceAll('=', ''), 'hex').toString('utf8'),
  );
}

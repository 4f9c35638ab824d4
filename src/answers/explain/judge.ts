import type { NextStep } from './document.ts';
import type { Facts, Judgement } from './facts.ts';
import { judgeStale } from './judge-stale.ts';

/** Decides what is the matter with an entity, as a pure function of what was found out. */
export function judge(facts: Facts): Judgement {
  const { stored, owner, given } = facts;
  if (facts.shape === undefined && facts.portFailure === undefined) return unknownBlueprint(facts);
  if (stored && owner && !owner.isOurs) return foreign(facts, owner.name);
  if (given.length > 0) return judgeGiven(facts);
  if (stored) return judgeStale(facts);
  return judgeMissing(facts);
}

function unknownBlueprint({ blueprint, writing }: Facts): Judgement {
  const advice =
    writing > 0
      ? 'The mapping writes it: create the blueprint, or let a resync create it (INITIALIZE_PORT_RESOURCES, ADD_ONS)'
      : 'No entry of the mapping writes it either';
  return {
    verdict: 'unknown_blueprint',
    summary: `Port has no blueprint ${blueprint}. ${advice}.`,
    next: nothing('nothing can be written without the blueprint'),
  };
}

function foreign(facts: Facts, whose: string): Judgement {
  const change = facts.simulation?.change;
  const summary = `${facts.identifier} is in Port, and ${whose} wrote it last.`;
  if (facts.given.length === 0)
    return { verdict: 'foreign', summary, next: nothing('it is not ours, so a resync neither changes nor deletes it') };
  if (facts.simulation?.problems.some(({ code }) => code === 'owned_elsewhere'))
    return {
      verdict: 'foreign',
      summary: `${summary} ${facts.given.join(' and ')} gives the same identifier, but kinds of the cluster and the folder leave alone what another program or installation keeps. To take it over, stop that one first: for Port's K8s exporter set EXPORTER_STATE_KEY, else delete the entity in Port.`,
      next: nothing('owned_elsewhere: a resync leaves it as it is'),
    };
  const also = `${facts.given.join(' and ')} in ${facts.systems} gives the same identifier`;
  if (!change)
    return {
      verdict: 'foreign',
      summary: `${summary} ${also}, with the same values.`,
      next: nothing('nothing differs'),
    };
  return {
    verdict: 'foreign',
    summary: `${summary} ${also}, so the next resync writes it too: two writers share one entity.`,
    next: { ...write(facts), reason: 'the mapping gives the same identifier, whoever wrote the entity' },
  };
}

function judgeGiven(facts: Facts): Judgement {
  const { identifier, given, simulation, stored, recollection, portFailure } = facts;
  const from = given.join(' and ');
  const collision =
    simulation?.problems.find(({ code }) => code === 'identifier_collision') ??
    recollection?.problems.find(({ code }) => code === 'identifier_collision');
  if (collision)
    return {
      verdict: 'missing_collided',
      summary:
        given.length > 1
          ? `${given.length} different items give the identifier ${identifier}: ${from}. Port can hold one of them; make the mapping's identifier unique.`
          : `${from} gives ${identifier}, and the last resync saw another item that gives it too: ${collision.message}.`,
      next: {
        ...write(facts),
        reason: 'the first item that is read is kept, the others are reported as identifier_collision',
      },
    };
  if (portFailure !== undefined)
    return {
      verdict: 'missing_unread',
      summary: `${from} gives ${identifier}, but Port could not be asked whether it has it: ${portFailure}.`,
      next: { ...nothing('Port could not be asked'), action: 'unknown' },
    };
  const refused = lastRefusal(facts);
  if (!stored && (refused ?? facts.refusal))
    return {
      verdict: 'missing_refused',
      summary: refused
        ? `${from} gives ${identifier}, and Port refuses it: ${refused}.`
        : `${from} gives ${identifier}, and Port will refuse it: ${facts.refusal}.`,
      next: { ...write(facts), reason: 'the next resync tries again; Port will refuse it as long as this is so' },
    };
  if (!simulation?.change)
    return {
      verdict: 'current',
      summary: `${identifier} is in Port, just as the mapping gives it from ${from}.`,
      next: nothing('nothing differs'),
    };
  if (!stored)
    return {
      verdict: 'differs',
      summary: `${identifier} is not in Port yet: ${from} gives it, and the next resync creates it.`,
      next: { ...write(facts), reason: `${facts.systems} has it and Port does not` },
    };
  const count = countOf(simulation.change);
  return {
    verdict: 'differs',
    summary: `${identifier} is in Port, and ${count} of its fields ${count === 1 ? 'differs' : 'differ'} from what ${from} gives now. The next resync writes ${count === 1 ? 'it' : 'them'}${refused ? `, but the last write was refused: ${refused}` : ''}.`,
    next: {
      ...write(facts),
      reason: refused
        ? `Port refused the last write: ${refused}`
        : `${facts.systems} has changed, or somebody has changed it in Port`,
    },
  };
}

function judgeMissing(facts: Facts): Judgement {
  const { blueprint, identifier, rejected, filtered, unread, disabled, writing, portFailure } = facts;
  const ending = portFailure === undefined ? '' : ` Port could not be asked: ${portFailure}.`;
  const similar = facts.resembling === 0 ? '' : ' What resembles it is named below; ask for that.';
  const [no] = rejected;
  if (no)
    return {
      verdict: 'missing_rejected',
      summary: `${no.label} is in ${facts.systems}, but the mapping makes no entity of it: ${no.why}.${ending}`,
      next: nothing('the item is passed over, and nothing is deleted from the blueprint as long as this is so'),
    };
  const [out] = filtered;
  if (out)
    return {
      verdict: 'missing_filtered',
      summary: `${out.label} is in ${facts.systems}, but the mapping leaves it out: ${out.why}.${ending}`,
      next: nothing('the mapping leaves it out'),
    };
  const [open] = unread;
  if (open)
    return {
      verdict: 'missing_unread',
      summary: `It is not known whether ${facts.systems} has ${identifier}: ${open.detail}.${ending}`,
      next: { ...nothing(`${facts.systems} could not be read`), action: 'unknown' },
    };
  if (disabled)
    return {
      verdict: 'missing_rejected',
      summary: `An entry of the mapping that may give ${blueprint} cannot be used: ${disabled.path}: ${disabled.message}.${ending}`,
      next: nothing('the entry is left out until it is corrected'),
    };
  const why =
    writing === 0
      ? `no entry of the mapping writes ${blueprint}`
      : facts.renamed
        ? `its item gives ${facts.renamed} now`
        : `${facts.systems} has no item that gives it`;
  return {
    verdict: 'missing_no_source',
    summary: `${identifier} is ${portFailure === undefined ? 'not in Port' : 'given by nothing'}, and ${why}.${similar}${ending}`,
    next: nothing('there is nothing to write'),
  };
}

/** Port's words about the last write of the entity, if that was refused. */
function lastRefusal({ recollection }: Facts): string | undefined {
  const last = recollection?.history.find(({ mode, outcome }) => mode !== 'plan' && outcome !== 'superseded');
  if (last?.outcome !== 'refused') return undefined;
  return last.error ? `${last.error.code}: ${last.error.message}` : 'the journal does not have its words';
}

function nothing(reason: string): NextStep {
  return { action: 'none', changes: null, reason, digest: null };
}

function write({ simulation }: Facts): NextStep {
  const change = simulation?.change;
  if (!change) return nothing('nothing differs');
  const { title, icon, team, properties, relations } = change;
  return {
    action: change.action,
    changes: {
      title,
      ...(icon ? { icon } : {}),
      ...(team ? { team } : {}),
      ...(properties ? { properties } : {}),
      ...(relations ? { relations } : {}),
    },
    reason: '',
    digest: null,
  };
}

function countOf({ title, icon, team, properties, relations }: NonNullable<NextStep['changes']>): number {
  const named = [title !== null && typeof title === 'object', icon, team].filter(Boolean).length;
  return named + Object.keys(properties ?? {}).length + Object.keys(relations ?? {}).length;
}

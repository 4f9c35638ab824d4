import { z } from 'zod';
import { AppError } from '../core/errors.ts';
import type { BlueprintShape } from '../core/model.ts';
import { HttpFailure } from '../net/http-failure.ts';
import type { PortApi } from './api.ts';
import { type FoundEntity, searchEntities } from './search.ts';

/** Reads an entity with all its fields, whoever wrote it. @throws HttpFailure, AppError */
export async function findEntity(
  api: PortApi,
  { identifier: blueprint, properties, relations }: BlueprintShape,
  identifiers: readonly string[],
  signal: AbortSignal,
): Promise<FoundEntity | undefined> {
  const fields = {
    ...{ title: true, icon: true, team: true, datasource: true, updatedAt: true },
    properties: Object.keys(properties),
    relations: Object.keys(relations),
  };
  const rules = [{ property: '$identifier', operator: 'in', value: identifiers }];
  const pages = searchEntities(api, { identifier: blueprint }, fields, { combinator: 'and', rules }, signal);
  for await (const page of pages) {
    // The identifiers are in order of preference.
    for (const wanted of identifiers) {
      const found = page.find(({ identifier }) => identifier === wanted);
      if (found) return found;
    }
  }
  return undefined;
}

/** Names whose capitals nobody can guess. */
const WITH_CAPITALS = ['StatefulSet', 'DaemonSet', 'ReplicaSet', 'CronJob'];

/**
 * The spellings of a text under which entities may be found: Port's search minds the case, and people do not. With a dash
 * between the parts of a name, as identifiers have it, for names as Komodor writes them.
 */
function spellingsOf(text: string): readonly string[] {
  const lower = text.toLowerCase();
  const eachWord = lower.replaceAll(/(?<=^|\s)\p{L}/gu, (letter) => letter.toUpperCase());
  const first = lower.replace(/^\p{L}/u, (letter) => letter.toUpperCase());
  const workload = WITH_CAPITALS.reduce((one, name) => one.replace(name.toLowerCase(), name), lower);
  const dashed = text.replaceAll(/[|/]/g, '-');
  return [...new Set([text, lower, first, eachWord, lower.toUpperCase(), workload, dashed])];
}

/** Finds entities by a part of their identifier or title. */
export async function searchByName(
  api: PortApi,
  blueprint: string,
  text: string,
  limit: number,
  signal: AbortSignal,
): Promise<readonly FoundEntity[]> {
  const fields = { title: true, icon: false, team: false, datasource: true, properties: [], relations: [] };
  const rules = spellingsOf(text).flatMap((value) =>
    ['$identifier', '$title'].map((property) => ({ property, operator: 'contains', value })),
  );
  const found: FoundEntity[] = [];
  for await (const page of searchEntities(
    api,
    { identifier: blueprint },
    fields,
    { combinator: 'or', rules },
    signal,
  )) {
    found.push(...page);
    if (found.length >= limit) break;
  }
  return found.slice(0, limit);
}

const names = z.looseObject({ blueprints: z.array(z.looseObject({ identifier: z.string() })) });

/** The identifiers of all blueprints. */
export async function blueprintNames(api: PortApi, signal: AbortSignal): Promise<readonly string[]> {
  const { blueprints } = await api.call({ method: 'GET', path: '/blueprints' }, names, signal);
  return blueprints.map(({ identifier }) => identifier);
}

/** Whether Port says that it does not have what was asked for: a blueprint that a resync would create. */
export function isMissing(error: unknown): boolean {
  return error instanceof HttpFailure && error.status === 404;
}

/** The failure of a request that nobody has handled, as an error for people; any other error as it is. */
export function asPortFailure(error: unknown): unknown {
  return error instanceof HttpFailure ? new AppError('port_failed', error.message, { cause: error }) : error;
}

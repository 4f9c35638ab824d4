import type { Entity } from '../../src/sandbox/port/model.ts';
import { IDENTIFIER } from './incarnation.ts';

/** Whether Port counts an entity as written by the program under test. */
export function isOurs({ datasource }: Pick<Entity, 'datasource'>): boolean {
  return datasource.startsWith('port-ocean/komodor/') && datasource.endsWith(`/${IDENTIFIER}/exporter`);
}

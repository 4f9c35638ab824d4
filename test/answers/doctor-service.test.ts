import { resolve } from 'node:path';
import { describe, expect } from 'vitest';
import type { DoctorDocument } from '../../src/answers/doctor/doctor.ts';
import { documentOf, runCli } from '../cli/run-cli.ts';
import { it } from '../service/stage.ts';

/** The command runs in another folder. */
const FILES = { MAPPING_PATH: resolve('mappings'), BLUEPRINTS_PATH: resolve('blueprints') };

describe('GET /v1/doctor', () => {
  it('gives the document of the command, to who has the token', async ({ open }) => {
    const stage = await open();
    const service = await stage.service(FILES);
    const writes = () => stage.port.log.filter(({ route, method }) => method !== 'GET' && route === 'blueprint').length;
    await service.ended((await service.request()).runId);
    const before = writes();
    const both = await Promise.all([service.call('GET', '/v1/doctor'), service.call('GET', '/v1/doctor')]);
    const [route, other]: DoctorDocument[] = both.map(({ text }) => JSON.parse(text));
    expect(other).toEqual(route);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    const command: DoctorDocument = documentOf(
      await runCli(['doctor', '--json'], { env: { ...stage.env, ...FILES, REDIS_URL: '' } }),
    );
    const comparable = ({ checks }: DoctorDocument) =>
      checks.filter(({ name }) => name !== 'http-port' && name !== 'redis' && name !== 'clock');
    expect(route && comparable(route)).toEqual(comparable(command));
    expect(route?.checks.find(({ name }) => name === 'http-port')?.detail).toMatch(/^this service listens/);
    expect(writes()).toBe(before);
    expect((await service.call('GET', '/v1/doctor', undefined, { authorization: '' })).status).toBe(401);
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Samples } from '../../src/answers/lint/input.ts';
import { ADD_ONS, inShort, lintFiles, sandboxSamples } from './support.ts';

const BROKEN = new URL('./broken/', import.meta.url);

let samples: Samples;
beforeAll(async () => {
  samples = await sandboxSamples();
});

describe('the shipped mapping and blueprints', () => {
  it.each(['', ...ADD_ONS.split(','), ADD_ONS])('are clean with ADD_ONS=%s', async (addOns) => {
    const document = await lintFiles({ env: { ADD_ONS: addOns }, samples });
    expect(document.findings).toEqual([]);
    expect(document.status).toBe('completed');
    expect(document.samples?.kinds).toMatchObject({ komodorService: expect.any(Number) });
  });
});

describe("Port Ocean's shipped mapping and blueprints", () => {
  const env = {
    MAPPING_PATH: 'test/lint/ocean/port-app-config.yml',
    BLUEPRINTS_PATH: 'test/lint/ocean/blueprints.json',
  };

  it('have exactly their known mistakes', async () => {
    const document = await lintFiles({ env, samples });
    const service = 'resources[0].port.entity.mappings.properties';
    const risk = 'resources[1].port.entity.mappings.properties';
    expect(inShort(document)).toEqual([
      'warning guard_loose entityDeletionThreshold',
      `error property_undeclared ${service}.service_id`,
      // The blueprint does not know the status unknown.
      `error value_refused ${service}.status`,
      // A service that was never deployed.
      `error null_unguarded ${service}.last_deploy_at`,
      `error property_undeclared ${service}.last_deploy_status`,
      `error property_undeclared ${risk}.resource_identifier`,
      `error property_undeclared ${risk}.workload_type`,
      `error property_undeclared ${risk}.cluster_name`,
      `error property_undeclared ${risk}.namespace_name`,
      `error property_undeclared ${risk}.workload_name`,
      // It asks for the length of the text, not of its parts, so no risk ever gets its service.
      'warning selector_never resources[2].selector.query',
    ]);
    expect(document.status).toBe('failed');
  });

  it('show without samples what can be told without', async () => {
    const codes = (await lintFiles({ env })).findings.map(({ code, severity }) => `${severity} ${code}`);
    expect(codes.filter((code) => code === 'error property_undeclared')).toHaveLength(7);
    // What Komodor may leave out is known.
    expect(codes).toContain('warning null_unguarded');
    expect(codes).toHaveLength(9);
  });
});

describe('a broken mapping', () => {
  const files = readdirSync(BROKEN);

  it.each(files)('has exactly its mistake: %s', async (file) => {
    const text = readFileSync(new URL(file, BROKEN), 'utf8');
    const expected = [...text.matchAll(/^# finds (.+)$/gm)].map(([, finding]) => finding);
    const document = await lintFiles({ env: { MAPPING_PATH: `test/lint/broken/${file}` }, samples });
    expect(inShort(document)).toEqual(expected);
    // The line is that of the mistake: its key stands there.
    for (const { line, path } of document.findings) {
      const [key = ''] = /[^.[\]\d]+(?=(?:\[\d+\])*$)/.exec(path) ?? [];
      expect(text.split('\n')[(line ?? 0) - 1]).toContain(`${key}:`);
    }
  });

  it('there are at least ten of', () => expect(files.length).toBeGreaterThanOrEqual(10));
});

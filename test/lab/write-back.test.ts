import { describe, expect, inject } from 'vitest';
import { explain, it } from '../resync/harness.ts';
import { installDefinitions, whyNoDefinitions } from './definitions.ts';
import { describeLab, Namespace } from './lab.ts';

const describeTelling = whyNoDefinitions ? describe.skip : describeLab;

const BLUEPRINT = {
  identifier: 'microservice',
  title: 'Microservice',
  schema: { properties: { language: { type: 'string' }, size: { type: 'number' } }, required: [] },
  relations: {},
};

function entity(name: string, blueprint: string, properties: object) {
  return {
    apiVersion: 'getport.io/v1',
    kind: 'Entity',
    metadata: { name },
    spec: { blueprint, identifier: name, properties },
  };
}

describeTelling(
  `what became of an Entity, on a real API server${whyNoDefinitions ? ` (${whyNoDefinitions})` : ''}`,
  () => {
    it('is in its status and in an Event, and is not written again', async ({ start }) => {
      await installDefinitions();
      const namespace = await Namespace.create('write-back');
      const env = { KUBERNETES: inject('lab').kubeconfig, KUBERNETES_WRITE_BACK: 'status', ADD_ONS: 'git' };
      const harness = await start({ services: 0, env });
      harness.store.putBlueprint(BLUEPRINT);
      await namespace.apply(
        entity('good', 'microservice', { language: 'go' }),
        entity('odd', 'microservice', { language: 'go', size: 'large' }),
        entity('lost', 'nothing-like-it', {}),
      );
      const report = await harness.run('resync', { kinds: ['getport.io/v1/entities'] });
      expect(harness.store.entity('microservice', 'good'), explain(report)).toMatchObject({
        properties: { language: 'go' },
      });
      expect(report.problems.filter(({ code }) => code === 'write_back_failed')).toEqual([]);

      const reason = '{.status.conditions[?(@.type=="Synced")].reason}';
      const reasonOf = (name: string) =>
        namespace.must('kubectl', ['get', 'entity', name, '--output', `jsonpath=${reason}`]);
      expect(await reasonOf('good')).toBe('Synced');
      expect(await reasonOf('odd')).toBe('SyncedInPart');
      expect(await reasonOf('lost')).toBe('Refused');
      expect(await namespace.must('kubectl', ['describe', 'entity', 'lost'])).toMatch(
        /Warning\s+Refused\s.*komodor-port.*nothing-like-it/,
      );

      const version = '{.metadata.resourceVersion}';
      const versionOf = () => namespace.must('kubectl', ['get', 'entity', 'lost', '--output', `jsonpath=${version}`]);
      const before = await versionOf();
      await harness.run('resync', { kinds: ['getport.io/v1/entities'] });
      expect(await versionOf()).toBe(before);
    });
  },
);

import { describe, expect, it } from 'vitest';
import { EXPORTER_KEYS } from '../../src/config/exporter-keys.ts';
import { parseMapping } from '../../src/config/mapping-schema.ts';
import { KOMODOR_NAMES } from '../komodor/kind-names.ts';

/** Key -> a value that asks for something else than what is so here, one that does not, and what to do instead. */
const KEYS: { readonly [key: string]: { readonly asks: unknown; readonly plain?: unknown; readonly says: RegExp } } = {
  crdsToDiscover: { asks: '.metadata.name | test("x")', plain: 'false', says: /properties: \{"\*": \.spec\}/ },
  overwriteCrdsActions: { asks: true, plain: false, says: /actions in Port/ },
  updateEntityOnlyOnDiff: { asks: false, plain: true, says: /only differences are written/ },
  sendRawDataExamples: { asks: false, plain: true, says: /SEND_RAW_DATA_EXAMPLES/ },
  allowAllEnvironmentVariablesInJQ: { asks: true, plain: false, says: /ALLOW_ENV_IN_MAPPING=true/ },
  allowedEnvironmentVariablesInJQ: { asks: ['^PORT_'], plain: [], says: /env\.CLUSTER_NAME works always/ },
  resyncInterval: { asks: 60, says: /RESYNC_INTERVAL/ },
  stateKey: { asks: 'eu', says: /EXPORTER_STATE_KEY/ },
  eventListenerType: { asks: 'KAFKA', says: /EVENT_LISTENER/ },
  createDefaultResources: { asks: true, says: /INITIALIZE_PORT_RESOURCES/ },
  createPortResourcesOrigin: { asks: 'Port', says: /from the files/ },
  overwriteConfigurationOnRestart: { asks: true, plain: false, says: /MAPPING_SOURCE=file/ },
};

function parse(root: object) {
  return parseMapping({ resources: [], ...root }, 'm', KOMODOR_NAMES);
}

describe('a key of Port’s K8s exporter', () => {
  it('is in this table', () => {
    expect(EXPORTER_KEYS.map(({ name }) => name).sort()).toEqual(Object.keys(KEYS).sort());
  });

  it.each(Object.entries(KEYS))(
    '%s is named with what to do instead, where it asks for something',
    (key, { asks, plain, says }) => {
      const [problem, ...others] = parse({ [key]: asks }).problems;
      expect(others).toEqual([]);
      expect(problem).toMatchObject({ severity: 'warning', path: key });
      expect(problem?.message).toMatch(says);
      for (const value of [null, plain]) if (value !== undefined) expect(parse({ [key]: value }).problems).toEqual([]);
    },
  );

  it.each(['overwriteCRDsActions', 'allowEnvironmentVariablesInJQ', 'CRDsToDiscover'])('may be spelt %s', (key) => {
    expect(parse({ [key]: ['x'] }).problems).toMatchObject([{ severity: 'warning', path: key }]);
  });

  it('deleteDependents is our deleteDependentEntities, and createMissingRelatedEntities is the same', () => {
    const both = parse({ deleteDependents: false, createMissingRelatedEntities: false });
    expect(both.problems).toEqual([]);
    expect(both.mapping.flags).toMatchObject({ deleteDependentEntities: false, createMissingRelatedEntities: false });
    expect(parse({ deleteDependents: true, deleteDependentEntities: false }).mapping.flags).toMatchObject({
      deleteDependentEntities: false,
    });
  });

  it('a relation may be a list of expressions', () => {
    const mappings = { identifier: '.a', blueprint: '"b"', relations: { r: ['.x', '.y, .z'], s: [{ rules: [] }] } };
    const port = { entity: { mappings } };
    const read = parse({ resources: [{ kind: 'komodorService', selector: { query: 'true' }, port }] });
    expect(read.mapping.entries[0]?.templates[0]?.relations).toEqual({ r: '[(.x), (.y, .z)]' });
    expect(read.problems).toMatchObject([{ path: 'resources[0].port.entity.mappings.relations.s' }]);
  });
});

import { loadBlueprintFiles } from '../config/blueprint-files.ts';
import { loadMappingFiles, type MappingOptions } from '../config/mapping-files.ts';
import type { OfflineSettings } from '../config/settings.ts';
import { KOMODOR_KINDS } from '../komodor/kinds.ts';
import { portBlueprint } from '../port/blueprint-documents.ts';

/** How mapping files are read, according to the settings. */
export function mappingOptionsOf(settings: OfflineSettings): MappingOptions {
  return {
    kinds: KOMODOR_KINDS,
    addOns: settings.addOns,
    variables: { K8S_WORKLOAD_BLUEPRINT: settings.k8sWorkloadBlueprint },
  };
}

/** Reads and checks the mapping and blueprint files. */
export function loadDefaults(settings: OfflineSettings) {
  const options = mappingOptionsOf(settings);
  const mapping = loadMappingFiles(settings.mappingPath, options);
  const { blueprints, problems, ignored, fileOf } = loadBlueprintFiles(settings.blueprintsPath, options);
  return {
    fileConfig: mapping.config,
    fileMapping: { mapping: mapping.mapping, problems: mapping.problems },
    fileOrigin: mapping.origin,
    addOns: mapping.addOns,
    blueprints: blueprints.map((document) => portBlueprint.parse(document)),
    blueprintProblems: problems,
    blueprintFileOf: fileOf,
    /** Files in the folders that are not read. */
    notRead: [...new Set([...mapping.ignored, ...ignored])],
  };
}

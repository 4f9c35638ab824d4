import { loadBlueprintFiles } from '../config/blueprint-files.ts';
import { loadMappingFiles, type MappingOptions } from '../config/mapping-files.ts';
import type { OfflineSettings } from '../config/settings.ts';
import type { KindNames } from '../core/kinds.ts';
import { portBlueprint } from '../port/blueprint-documents.ts';
import { kindsOf } from './kinds.ts';

/** How mapping files are read, according to the settings. @param kinds default: those that can be read */
export function mappingOptionsOf(settings: OfflineSettings, kinds: KindNames = kindsOf(settings)): MappingOptions {
  return {
    kinds,
    addOns: settings.addOns,
    variables: { K8S_WORKLOAD_BLUEPRINT: settings.k8sWorkloadBlueprint },
  };
}

/** Reads and checks the mapping and blueprint files. @param kinds default: those that can be read */
export function loadDefaults(settings: OfflineSettings, kinds?: KindNames) {
  const options = mappingOptionsOf(settings, kinds);
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

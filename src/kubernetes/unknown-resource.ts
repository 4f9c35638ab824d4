import { nearest } from '../core/nearest.ts';
import { type ResourceName, resourceKindName } from './kind-name.ts';
import { kindOf, type Resource } from './resource.ts';

/** A part of the API that did not answer when it was asked what it has. */
export interface SilentGroup {
  readonly group: string;
  readonly version: string;
  readonly why: string;
}

/** Whether a plural means a resource. Not every resource is the plural of its kind. */
export function isMeant(plural: string, { resource, singular, kind }: Resource): boolean {
  return [resource, singular, kind].some((name) => resourceKindName(`v1/${name}`) === resourceKindName(`v1/${plural}`));
}

/** Why there is no such resource, and what the server has that resembles it. */
export function unknownResource(asked: ResourceName, all: readonly Resource[], silent: readonly SilentGroup[]): string {
  const { group, version, resource } = asked;
  const name = kindOf(asked);
  const quiet = silent.find((each) => each.group === group && each.version === version);
  if (quiet) {
    return `the cluster cannot say now what ${kindOf({ ...asked, resource: '' }).replace(/\/$/, '')} has (${quiet.why}), so that ${name} cannot be read; look at what serves it (kubectl get apiservices).`;
  }
  const ofName = all.filter((each) => isMeant(resource, each));
  const otherVersions = ofName.filter((each) => each.group === group);
  if (otherVersions.length > 0) {
    return `the cluster has no ${name}: it has ${versionsOf(otherVersions)} of it; write ${said(otherVersions)}.`;
  }
  if (ofName.length > 0) return `the cluster has no ${name}: did you mean ${said(ofName)}?`;
  const inGroup = all.filter((each) => each.group === group);
  const alike = resembling(resource, inGroup) ?? resembling(resource, all);
  if (alike) return `the cluster has no ${name}: did you mean ${said(alike)}?`;
  if (inGroup.some((each) => each.version === version)) {
    const others = inGroup.filter((each) => each.version === version).map((each) => each.resource);
    return `the cluster has no ${name}: its ${group || 'core'} group has ${some(others)}.${definition(asked)}`;
  }
  const groups = [...new Set(all.map((each) => each.group))];
  const similar = nearest(group, groups);
  const hint = similar ? ` It has a group ${similar}.` : '';
  return `the cluster has no ${name}, and nothing of ${group === '' ? `the core group's ${version}` : `the group ${group}`}.${hint}${definition(asked)}`;
}

/** Objects of groups with a dot are defined in the cluster, by somebody. */
function definition({ group, resource }: ResourceName): string {
  if (!group.includes('.') || group.endsWith('.k8s.io')) return '';
  return ` Its definition may not be installed: kubectl get crd ${resource}.${group} shows whether it is.`;
}

function resembling(word: string, among: readonly Resource[]): readonly Resource[] | undefined {
  const known = among.flatMap(({ resource, singular }) => [resource, singular]);
  const found = nearest(word, known);
  return found === undefined ? undefined : among.filter((each) => isMeant(found, each));
}

function versionsOf(resources: readonly Resource[]): string {
  return [...new Set(resources.map(({ version }) => version))].join(' and ');
}

const MOST = 5;

function said(resources: readonly Resource[]): string {
  return [...new Set(resources.map(kindOf))].slice(0, MOST).join(' or ');
}

function some(names: readonly string[]): string {
  return `${names.slice(0, MOST).join(', ')}${names.length > MOST ? ` and ${names.length - MOST} more` : ''}`;
}

import { didYouMean } from '../../core/nearest.ts';
import type { Said } from './finding.ts';
import type { Given } from './input.ts';

/** Clusters in selectors that Komodor does not know. */
export function checkClusters({ mapping, samples }: Given): readonly Said[] {
  const known = samples?.clusters;
  if (known === undefined) return [];
  return mapping.entries.flatMap(({ path, selector }) => {
    const names: readonly unknown[] = [selector.clusters ?? []].flat();
    return names
      .filter((name) => typeof name === 'string' && !known.includes(name))
      .map((name): Said => {
        const there = known.slice(0, 8).join(', ');
        const hint = didYouMean(String(name), known) || `; there are ${there}${known.length > 8 ? ', …' : ''}`;
        return {
          code: 'cluster_unknown',
          severity: samples?.from === 'live' ? 'error' : 'warning',
          path: `${path}.selector.clusters`,
          message: `${samples?.from === 'live' ? 'Komodor does' : 'the samples do'} not know the cluster ${name}${hint}`,
          advice: 'Write the name as Komodor shows it. A read of a cluster that is not there counts as incomplete.',
        };
      });
  });
}

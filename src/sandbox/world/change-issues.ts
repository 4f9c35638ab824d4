import { createRandom } from '../random.ts';
import type { World } from './model.ts';
import { ISSUE_TYPES } from './timeline-rows.ts';

const TWO_DAYS = 2 * 86_400;

/** Ends an issue that is open, and lets another one vanish from the list. Returns one sentence for each. */
export function changeIssues({ seed, now, clusters, timeline }: World, step: number): string[] {
  const random = createRandom(seed, 'issues', 'step', step);
  const query = { namespaces: [], fromSeconds: now - TWO_DAYS, toSeconds: now, now };
  const issues = clusters.flatMap(({ name: cluster }) =>
    ISSUE_TYPES.flatMap((type) => timeline.issues({ ...query, cluster, type })),
  );
  const open = issues.filter(({ row }) => row.status === 'open');
  const sentences: string[] = [];
  if (open.length > 0) {
    const { id, row } = random.pick(open);
    timeline.close(id, now);
    sentences.push(`The issue "${row.summary}" was closed.`);
  }
  if (issues.length > 1) {
    const { id, row } = random.pick(issues);
    timeline.remove(id);
    sentences.push(`The issue "${row.summary}" is not listed any more.`);
  }
  return sentences;
}

import { z } from 'zod';

const text = z.string().optional().catch(undefined);

const changelogSchema = z.object({
  context: z.object({ integrationId: text }).optional().catch(undefined),
  diff: z
    .object({
      after: z
        .object({
          identifier: text,
          installationId: text,
          updatedAt: text,
          resyncState: z.object({ updatedAt: text }).optional().catch(undefined),
        })
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
});

/**
 * Whether a changelog event of Port demands a resync of this integration, and why or why not. Port sends the changes of
 * the whole organisation, also the resync states that we report ourselves. Reacting to those would be an endless loop.
 */
export function readChangelog(
  body: unknown,
  integrationIdentifier: string,
): { asksForResync: boolean; reason: string } {
  const changelog = changelogSchema.safeParse(body).data;
  const after = changelog?.diff?.after;
  const names = [changelog?.context?.integrationId, after?.identifier, after?.installationId];
  if (!names.includes(integrationIdentifier))
    return { asksForResync: false, reason: 'it is not about this integration' };
  if (after?.updatedAt !== undefined && after.updatedAt === after.resyncState?.updatedAt) {
    return { asksForResync: false, reason: 'it is about the state that we reported' };
  }
  return { asksForResync: true, reason: '' };
}

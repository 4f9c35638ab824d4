import { z } from 'zod';
import type { SandboxRequest, SandboxResponse } from '../http.ts';
import { RISK_STATUSES, type World } from '../world/model.ts';
import { errorAnswer, invalidAnswer } from './answers.ts';

const updateShape = z.object({ status: z.enum(RISK_STATUSES) });

/** `GET health/risks/{id}`, which tells a little more than the list, and `PUT`, which sets the status. */
export function singleRisk(world: World, id: string, request: SandboxRequest): SandboxResponse {
  const at = world.risks.findIndex((risk) => risk.id === id);
  const risk = world.risks[at];
  if (risk === undefined) return errorAnswer(404, `not found: violation ${id}`);
  if (request.method === 'GET') {
    const policy = { policyId: 'a1b2c3d4-0000-4000-a000-000000000001', policyName: 'Default policy' };
    const violation = { ...risk, ...policy, dependsOnViolationsIds: [], dependentByViolationsIds: [] };
    return { status: 200, body: { violation } };
  }
  const update = updateShape.safeParse(request.body);
  if (!update.success) return invalidAnswer(update.error);
  const violation = { ...risk, status: update.data.status };
  world.risks[at] = violation;
  return { status: 200, body: { violation } };
}

import { z } from 'zod';
import type { DoctorDocument } from '../answers/doctor/doctor.ts';
import type { Access } from './access.ts';
import type { App } from './app.ts';
import type { ServerContext } from './dependencies.ts';

const doctorSchema = z.strictObject({
  checks: z
    .array(
      z.strictObject({
        name: z.string(),
        status: z.enum(['ok', 'warning', 'failed']),
        detail: z.string(),
        advice: z.string().nullable(),
      }),
    )
    .readonly(),
});

/** Each time asks both APIs for some pages. */
const PER_MINUTE = 10;

/** GET /v1/doctor: looks at everything that a run needs. Callers at the same time share one round of checks. */
export function addDoctorRoutes(app: App, { doctor }: ServerContext, access: Access): void {
  let underWay: Promise<DoctorDocument> | undefined;
  app.get(
    '/v1/doctor',
    {
      onRequest: access.admin,
      config: { rateLimit: { max: PER_MINUTE } },
      schema: {
        tags: ['operations'],
        security: [{ apiToken: [] }],
        summary: 'Looks at everything that a run needs, and says what to do',
        description:
          'Asks Komodor, Port and Redis, and writes nothing. Takes some seconds. The same as the command `doctor --json`.',
        response: { 200: doctorSchema },
      },
    },
    async () => {
      underWay ??= doctor().finally(() => {
        underWay = undefined;
      });
      return underWay;
    },
  );
}

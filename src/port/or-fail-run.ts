import { AppError } from '../core/errors.ts';
import { HttpFailure } from '../net/http-failure.ts';

/** Does a step without which no run can go on. @throws AppError `port_failed` when it still fails after all retries */
export async function orFailRun<T>(what: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    throw new AppError('port_failed', `Could not ${what}: ${error.message}`, { cause: error });
  }
}

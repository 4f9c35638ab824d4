import type { Verdict } from '../answers/explain/document.ts';
import { explain } from '../answers/explain/explain.ts';
import { recollectionOf } from '../answers/explain/recollection.ts';
import { createApplication } from '../compose.ts';
import { EXIT, loadSettingsAndLogger, onInterrupt } from './command.ts';
import { printJson } from './output.ts';
import { printExplanation } from './print-explanation.ts';
import { createServiceClient } from './service-client.ts';

/** What needs nobody: it is right, or the next resync makes it right. */
const IN_ORDER: readonly Verdict[] = ['current', 'differs'];

/** `explain`: everything about one entity. @returns the exit code */
export async function explainEntity(
  asked: { readonly blueprint: string; readonly identifier: string },
  options: { readonly url?: string; readonly json?: boolean },
): Promise<number> {
  const interruption = onInterrupt();
  const { settings } = loadSettingsAndLogger();
  const service = createServiceClient(options.url);
  const application = await createApplication(settings, process.env);
  try {
    const recall = async (blueprint: string, identifier: string, signal: AbortSignal) => {
      const path = `/v1/entities/${encodeURIComponent(blueprint)}/${encodeURIComponent(identifier)}/history`;
      return recollectionOf(await service.json(path, signal));
    };
    const explanation = await explain(application.parts, asked, recall, interruption.signal);
    if (options.json) printJson(explanation);
    else printExplanation(explanation);
    return interruption.exitCode() ?? (IN_ORDER.includes(explanation.verdict) ? EXIT.done : EXIT.attention);
  } finally {
    application.close();
  }
}

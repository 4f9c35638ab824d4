import { loadSettings } from '../config/settings.ts';
import { bold, print } from './output.ts';

/** How often something happens in the world of a demo, and how often it is read. */
const CHANGE_MS = 20_000;
const RESYNC_INTERVAL = '1m';

interface Demo {
  readonly environment: NodeJS.Dict<string>;
  /** Lets a little time pass in the world. */
  readonly change: () => void;
}

/** Runs the service with its page on the stand-ins, on a free port of this machine, while their world changes. @returns how to stop it */
export async function openDemoPage({ environment, change }: Demo): Promise<() => Promise<void>> {
  const env = {
    ...{ ...environment, RESYNC_INTERVAL },
    ...{ HTTP_HOST: '127.0.0.1', HTTP_PORT: '0', LOG_LEVEL: 'silent' },
  };
  // Loading takes a while, and a demo that ends by itself does not need it.
  const { startService } = await import('../service/service.ts');
  const service = await startService(loadSettings(env, { dotenvPath: '/dev/null' }), env);
  const changing = setInterval(change, CHANGE_MS);
  print(`The page of the service: ${bold(`http://127.0.0.1:${service.httpPort}/`)}`);
  print('It resyncs every minute; something happens in the world every 20 seconds.');
  print();
  return async () => {
    clearInterval(changing);
    await service.stop();
  };
}

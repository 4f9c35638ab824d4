import { Redis, type RedisOptions } from 'ioredis';

/** `legacy`: the same reply types whatever protocol the server speaks. */
type Options = RedisOptions & { readonly replyMapping?: 'legacy' };
type SentCommand = Parameters<Redis['sendCommand']>[0];

interface RedisAddress {
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly path: string | undefined;
}

/** While Redis stays read-only (a replica), its address is not resolved again more often than this. */
const MIN_REDIRECT_INTERVAL_MS = 5_000;

/**
 * The answer to INFO that we make up where INFO is forbidden. ioredis and BullMQ need a version; this is the oldest that
 * they accept, so they use no newer feature.
 */
export const UNKNOWN_INFO = 'redis_version:6.2.0\r\ninfo:forbidden\r\n';

/**
 * ioredis with three additions: it works where INFO is forbidden (managed services); in a Redis Cluster it connects to the
 * node that owns our keys (all of them are in one slot); and after a failover it resolves the address again.
 */
export class RedisClient extends Redis {
  /** The address from the settings. It is used again when the current one does not answer. */
  readonly #configuredAddress: RedisAddress;
  #redirectedAt = Number.NEGATIVE_INFINITY;
  #isRedirecting = false;
  #redirects = 0;

  constructor(url: string, options: Options) {
    super(url, options);
    this.#configuredAddress = addressOf(this.options);
    this.options.reconnectOnError = (error) => this.#onCommandError(error.message);
    this.options.retryStrategy = (times) => {
      // On every second attempt, because the node that we were redirected to may be gone.
      if (times % 2 === 0) this.#setAddress(this.#configuredAddress);
      return Math.min(100 * times, 1_000);
    };
    this.on('ready', () => {
      this.#isRedirecting = false;
    });
    // BullMQ makes its blocking connections with `duplicate`.
    Object.defineProperty(this, 'duplicate', {
      configurable: true,
      writable: true,
      value: (override: RedisOptions = {}) =>
        new RedisClient(url, { ...this.options, ...override, replyMapping: 'legacy' }),
    });
  }

  /** Whether commands can be sent. ioredis still says `ready` while we close the connection to go to another address. */
  get isReady(): boolean {
    return this.status === 'ready' && !this.#isRedirecting;
  }

  /** Whether we closed the connection to open one to another address. */
  get isRedirecting(): boolean {
    return this.#isRedirecting;
  }

  /** How often we have done that. */
  get redirects(): number {
    return this.#redirects;
  }

  override sendCommand(command: SentCommand, stream?: Parameters<Redis['sendCommand']>[1]): unknown {
    if (command.name === 'info') {
      const reject = command.reject;
      command.reject = (error) => {
        if (isForbidden(error.message)) command.resolve(Buffer.from(UNKNOWN_INFO));
        else reject(error);
      };
    }
    return super.sendCommand(command, stream);
  }

  /** Reconnects to another address where an error demands it. For the return value see ioredis' reconnectOnError. */
  #onCommandError(message: string): false | 1 | 2 {
    const moved = /^MOVED \d+ (.*):(\d+)$/.exec(message);
    if (moved === null && !message.startsWith('READONLY')) return false;
    if (moved === null && performance.now() - this.#redirectedAt < MIN_REDIRECT_INTERVAL_MS) return false;
    const waits = this.options.enableOfflineQueue !== false;
    // Other commands on the same connection get the same error. The connection is being closed already.
    if (this.#isRedirecting && !waits) return false;
    const host = moved?.[1] || this.options.host;
    this.#setAddress(moved === null ? this.#configuredAddress : { host, port: Number(moved[2]), path: undefined });
    this.#redirectedAt = performance.now();
    this.#isRedirecting = true;
    this.#redirects += 1;
    // Where commands wait for Redis, this one is sent again.
    return waits ? 2 : 1;
  }

  #setAddress(address: RedisAddress): void {
    Object.assign(this.options, address);
  }
}

/** Whether an error says that the user may not use the command, or that the server does not have it. */
export function isForbidden(message: string): boolean {
  return /^NOPERM|unknown command|unknown redis command|no permissions|can't run this command/i.test(message);
}

/** For `catch`: the key holds something that we did not write. @throws any other error */
export function nullForWrongType(error: unknown): null {
  if (error instanceof Error && error.message.startsWith('WRONGTYPE')) return null;
  throw error;
}

function addressOf({ host, port, path }: RedisOptions): RedisAddress {
  return { host, port, path };
}

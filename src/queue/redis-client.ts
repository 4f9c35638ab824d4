import { Redis, type RedisOptions } from 'ioredis';

/** Answers as ioredis has always given them, whatever protocol the server speaks. */
type Options = RedisOptions & { readonly replyMapping?: 'legacy' };
type SentCommand = Parameters<Redis['sendCommand']>[0];

interface Place {
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly path: string | undefined;
}

/** A Redis that stays read-only (a replica) is not asked for its address more often than this. */
const MOVE_AGAIN_MS = 5_000;

/**
 * What INFO says where it is forbidden, so that neither ioredis nor BullMQ gives up: they want a version, and take this
 * one for a server with the fewest abilities that is new enough.
 */
export const UNKNOWN_INFO = 'redis_version:6.2.0\r\ninfo:forbidden\r\n';

/**
 * ioredis, with what it lacks for one key space: it works without INFO, which managed services forbid; in a cluster it
 * goes to the node that has the key space (all of it is in one slot); and after a failover it looks the address up again.
 */
export class RedisClient extends Redis {
  /** What it was told to connect to, where it goes back to when the present place does not answer. */
  readonly #seed: Place;
  #movedAt = Number.NEGATIVE_INFINITY;
  #isMoving = false;
  #moves = 0;

  constructor(url: string, options: Options) {
    super(url, options);
    this.#seed = placeOf(this.options);
    this.options.reconnectOnError = (error) => this.#move(error.message);
    this.options.retryStrategy = (times) => {
      // Every other time: the node that we were sent to may be the one that is gone.
      if (times % 2 === 0) this.#goTo(this.#seed);
      return Math.min(100 * times, 1_000);
    };
    this.on('ready', () => {
      this.#isMoving = false;
    });
    // BullMQ's blocking connections are made with it.
    Object.defineProperty(this, 'duplicate', {
      configurable: true,
      writable: true,
      value: (override: RedisOptions = {}) =>
        new RedisClient(url, { ...this.options, ...override, replyMapping: 'legacy' }),
    });
  }

  /** Whether commands can be sent. While a connection is being closed by ourselves ioredis still calls it ready. */
  get isReady(): boolean {
    return this.status === 'ready' && !this.#isMoving;
  }

  /** Whether the connection was closed by ourselves, to open one to another place. */
  get isMoving(): boolean {
    return this.#isMoving;
  }

  /** How often that has happened. */
  get moves(): number {
    return this.#moves;
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

  /** What to do about a command that was refused: see ioredis' reconnectOnError. */
  #move(message: string): false | 1 | 2 {
    const moved = /^MOVED \d+ (.*):(\d+)$/.exec(message);
    if (moved === null && !message.startsWith('READONLY')) return false;
    if (moved === null && performance.now() - this.#movedAt < MOVE_AGAIN_MS) return false;
    const waits = this.options.enableOfflineQueue !== false;
    // Others on the same connection learn it too; it is closed already.
    if (this.#isMoving && !waits) return false;
    const host = moved?.[1] || this.options.host;
    this.#goTo(moved === null ? this.#seed : { host, port: Number(moved[2]), path: undefined });
    this.#movedAt = performance.now();
    this.#isMoving = true;
    this.#moves += 1;
    // Where commands wait for Redis, this one waits too and is sent again.
    return waits ? 2 : 1;
  }

  #goTo(place: Place): void {
    Object.assign(this.options, place);
  }
}

/** Whether an answer says that this user, or this server, does not have the command. */
export function isForbidden(message: string): boolean {
  return /^NOPERM|unknown command|unknown redis command|no permissions|can't run this command/i.test(message);
}

function placeOf({ host, port, path }: RedisOptions): Place {
  return { host, port, path };
}

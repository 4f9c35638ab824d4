import type { RunReport } from '../../src/core/report.ts';
import type { SandboxRequest } from '../../src/sandbox/http.ts';
import { type KomodorSandbox, startKomodor } from '../../src/sandbox/komodor/start-komodor.ts';
import { type PortSandbox, startPort } from '../../src/sandbox/port/server.ts';
import { createRandom, type Random } from '../../src/sandbox/random.ts';
import { createWorld } from '../../src/sandbox/world/create-world.ts';
import type { World } from '../../src/sandbox/world/model.ts';
import { Drift } from './drift.ts';
import { type FastClock, fastClock } from './fast-clock.ts';
import { CREDENTIALS, type Incarnation, openIncarnation, type Sabotage } from './incarnation.ts';
import type { Violation } from './oracle.ts';
import { type Setting, settingOf } from './plan-of-seed.ts';
import { Schedule } from './schedule.ts';
import { mappingText, SHIPPED, type Variant } from './variant.ts';
import type { Side } from './weather.ts';

/** Everything of one seed: both stand-ins, the people, and the program, which may be killed and started anew. */
export class Simulation {
  readonly seed: number;
  readonly setting: Setting;
  readonly world: World;
  readonly clock: FastClock = fastClock();
  readonly schedule: Schedule;
  readonly violations: Violation[] = [];
  /** What happened, in words that are the same for the same seed. */
  readonly journal: string[] = [];
  variant: Variant = SHIPPED;
  lastReport: RunReport | undefined;
  /** Whether a blueprint has changed since the program was started. */
  driftedSinceStart = false;
  #komodor: KomodorSandbox | undefined;
  #port: PortSandbox | undefined;
  #incarnation: Incarnation | undefined;
  #drift: Drift | undefined;

  readonly #sabotage: Sabotage | undefined;

  constructor(seed: number, sabotage?: Sabotage) {
    this.seed = seed;
    this.#sabotage = sabotage;
    this.setting = settingOf(seed);
    this.world = createWorld({ seed, ...this.setting });
    this.schedule = new Schedule(seed, this.clock.now);
  }

  async start(): Promise<void> {
    const { pagingStyle, riskQueryTimeout, largestPage, strictProperties } = this.setting;
    const { apiKey, clientId, clientSecret } = CREDENTIALS;
    this.#komodor = await startKomodor({
      world: this.world,
      apiKey,
      pagingStyle,
      riskQueryTimeout,
      schedule: this.schedule.for('komodor'),
    });
    this.#port = await startPort({
      clientId,
      clientSecret,
      largestPage,
      strictProperties,
      schedule: this.schedule.for('port'),
    });
    this.#drift = new Drift(this.#port.store);
    await this.restart();
  }

  get port(): PortSandbox {
    return present(this.#port);
  }
  get store() {
    return this.port.store;
  }
  get incarnation(): Incarnation {
    return present(this.#incarnation);
  }
  get drift(): Drift {
    return present(this.#drift);
  }

  /** Ends the program, if it still lives, and starts it anew with the mapping of now. */
  async restart(): Promise<void> {
    await this.#incarnation?.close();
    this.driftedSinceStart = this.drift.isOn;
    this.#incarnation = await openIncarnation({
      komodor: present(this.#komodor),
      port: this.port,
      clock: this.clock,
      mapping: mappingText(this.variant),
      pageSizes: this.setting.pageSizes,
      sabotage: this.#sabotage,
    });
  }

  /** Chance for one step of one action. */
  random(...of: readonly (string | number)[]): Random {
    return createRandom(this.seed, ...of);
  }

  note(line: string): void {
    this.journal.push(line);
  }

  accuse(violations: readonly Violation[], where: string): void {
    for (const { rule, what } of violations) this.violations.push({ rule, what: `${where}: ${what}` });
  }

  /** Which requests are the second look at something, of a resync or of a live event. */
  secondRead(by: 'resync' | 'live'): (side: Side, route: string, request: SandboxRequest) => boolean {
    const severities = this.variant.entries.komodorHealthMonitoring?.sourceFilter ?? [];
    return (_side, route, { body, query }) => {
      if (route.startsWith('services')) {
        const byKind = typeof body === 'object' && body !== null && 'kind' in body;
        return byKind || (by === 'resync' && route === 'services-scoped');
      }
      const asked = query.getAll('severity');
      return by === 'resync' && (query.has('komodorUid') || asked.length !== severities.length);
    };
  }

  async close(): Promise<void> {
    await this.#incarnation?.close();
    await Promise.all([this.#komodor?.close(), this.#port?.close()]);
  }
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The simulation has not been started.');
  return value;
}

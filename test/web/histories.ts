import { changeWorld } from '../../src/sandbox/world/change-world.ts';
import { until } from '../service/caller.ts';
import { eventOf, postEvent } from '../service/komodor-events.ts';
import type { RunningService, Stage } from '../service/stage.ts';
import type { ShiftedClock } from './shifted-clock.ts';

export const HOUR = 3_600_000;
export const MINUTE = 60_000;
/** Later than the hour by what a slow machine needs to start a service. */
const AFTER_THE_HOUR = MINUTE;

/** What a history is made with. */
export interface Scene {
  readonly stage: Stage;
  readonly service: RunningService;
  readonly clock: ShiftedClock;
  readonly startedAt: number;
}

export type History = (scene: Scene) => Promise<void>;

/** The service has never run. */
export const never: History = async () => undefined;

/** Only the first run. */
export const once: History = async ({ service }) => {
  await service.settled(1);
};

/** Passes the full hour, counted from the start, and waits until the scheduled run of it has ended. */
async function passHour({ service, clock, startedAt }: Scene, hour: number): Promise<void> {
  const before = (await service.runs()).length;
  clock.pass(startedAt + hour * HOUR + AFTER_THE_HOUR - Date.now());
  await service.settled(before + 1);
}

/** Each hour something changes, and the scheduled run brings it. Also a plan, a run by hand and live events. */
export const everyday: History = async (scene) => {
  const { service, stage, clock } = scene;
  await service.settled(1);
  for (let hour = 1; hour <= 4; hour += 1) {
    changeWorld(stage.world, hour);
    await passHour(scene, hour);
  }
  changeWorld(stage.world, 5);
  await service.request({ mode: 'plan' });
  await service.settled(6);
  clock.pass(10 * MINUTE);
  await service.request();
  await service.settled(7);
  for (const at of [3, 17, 40]) await turn(stage, service, at);
  await until(async () => (await service.metrics()).includes('queue_depth{queue="live_waiting"} 0'));
  clock.pass(5 * MINUTE);
  for (const hour of [5, 6]) {
    changeWorld(stage.world, hour + 1);
    await passHour(scene, hour);
  }
};

/** A workload changes, and Komodor says so at once. */
async function turn(stage: Stage, service: RunningService, at: number): Promise<void> {
  const turned = flip(stage, at);
  if (turned !== undefined) await postEvent(service, eventOf(turned));
}

function flip({ world }: Stage, at: number) {
  const found = world.services[at];
  if (found === undefined) return undefined;
  const turned = { ...found, status: found.status === 'healthy' ? ('unhealthy' as const) : ('healthy' as const) };
  world.services[at] = turned;
  return turned;
}

/** Komodor no longer tells of one cluster. */
export const clusterGone: History = async (scene) => {
  const { service, stage } = scene;
  await service.settled(1);
  changeWorld(stage.world, 1);
  await passHour(scene, 1);
  const { services, clusters } = stage.world;
  const kept = services.filter(({ cluster }) => cluster !== clusters[0]?.name);
  services.splice(0, services.length, ...kept);
  changeWorld(stage.world, 2);
  await passHour(scene, 2);
};

/** In one hour Komodor refuses the key; in the next it gives half of the risks, and Port refuses some of many entities. */
export const badNight: History = async (scene) => {
  const { service, stage } = scene;
  const { komodor, port } = stage;
  await service.settled(1);
  for (const hour of [1, 2, 3, 4, 5]) {
    changeWorld(stage.world, hour);
    if (hour === 4) komodor.faults.add('* -> 403');
    if (hour === 5) {
      komodor.faults.clear();
      komodor.faults.add('risks -> half-page');
      port.faults.add('bulk -> refuse-item 0,3,7,11 422 invalid_request');
      for (let at = 0; at < 60; at += 1) flip(stage, at);
    }
    await passHour(scene, hour);
  }
};

/** Komodor refuses the key, and nothing can be read. */
export const keyRefused: History = async (scene) => {
  await scene.service.settled(1);
  await passHour(scene, 1);
  scene.stage.komodor.faults.add('* -> 403');
  await passHour(scene, 2);
};

/** A run has begun, and waits, for Komodor asks to come back later. */
export const waiting: History = async ({ service, stage, clock, startedAt }) => {
  await service.settled(1);
  for (let step = 1; step <= 8; step += 1) changeWorld(stage.world, step);
  stage.komodor.faults.add('risks -> 429 retry-after 600');
  clock.pass(startedAt + HOUR + AFTER_THE_HOUR - Date.now());
  await service.running();
  await until(() => stage.komodor.log.some(({ status }) => status === 429));
};

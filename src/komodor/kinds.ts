import type { Kind } from '../core/model.ts';

/** All kinds of Komodor. */
export const KOMODOR_KINDS: readonly Kind[] = ['komodorService', 'komodorHealthMonitoring'];

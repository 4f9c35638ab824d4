import { kindNames } from '../../src/core/kinds.ts';
import { KOMODOR_KINDS } from '../../src/komodor/kinds.ts';

/** The kinds of Komodor as the only ones that a mapping may name. */
export const KOMODOR_NAMES = kindNames(KOMODOR_KINDS);

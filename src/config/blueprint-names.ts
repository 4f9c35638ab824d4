import { z } from 'zod';
import { missingOr } from './mapping-values.ts';

/** The names in a blueprint, as Port takes them. */

export const PROPERTY_TYPES = ['string', 'number', 'boolean', 'object', 'array'] as const;

export const blueprintId = z
  .string({ error: missingOr('must be text') })
  .max(100, 'is longer than 100 characters')
  .regex(/^(?!\.{1,2}$)[\p{L}0-9@_.+:\\/-]+$/u, 'has a character that Port refuses in a blueprint identifier');

export const title = z
  .string({ error: missingOr('must be text') })
  .min(1, 'is empty')
  .max(100, 'is longer than 100 characters');

export const fieldId = z.string().regex(/^[A-Za-z0-9@_=\\-]{1,100}$/, 'is no identifier that Port takes');

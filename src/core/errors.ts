/**
 * Every error and problem code, with what it means and what to do. docs/errors.md lists the same codes (a test compares).
 */
export const CODES = {
  settings_invalid: 'A setting is missing or cannot be used.',
  mapping_file_invalid: 'The mapping cannot be read, or an entry in it cannot be used.',
  blueprint_file_invalid: 'A blueprint file cannot be read or is no blueprint.',
  add_on_unused: 'An add-on is switched on, and the mapping in Port has no entry of it.',
  mapping_empty: 'Port holds an empty mapping for this integration.',
  jq_unusable: 'No jq that can be used was found.',
  expression_invalid: 'An expression of the mapping does not compile; its field, or its whole entry, is left out.',
  expression_doubtful: 'An expression of the mapping uses a date format that the jq in use does not know.',
  komodor_auth: 'Komodor refused the API key.',
  komodor_unreachable: 'Komodor cannot be reached.',
  port_auth: 'Port refused the client id or secret.',
  port_unreachable: 'Port cannot be reached.',
  port_failed: 'Port answered with an error until we gave up.',
  service_unreachable: 'The service, which a command asks, cannot be reached.',
  service_refused: 'The service refused what a command asked it.',
  aborted: 'The run was stopped.',
  read_incomplete: 'A kind was not read to the end, or that cannot be proved. Nothing is deleted from its blueprints.',
  items_malformed: 'A system sent something that is no item. Nothing is deleted from the blueprints of its kind.',
  item_rejected: 'An item gave no identifier, blueprint or selector answer. Nothing is deleted from its blueprint.',
  field_failed: 'An expression failed on an item. The field was left as it is in Port.',
  field_empty: 'A field that the mapping takes from the items is in none of them; its name may be misspelt.',
  value_refused:
    'A value does not fit the blueprint (type, enum, format, pattern, limits, required). The field was left as it is in Port.',
  property_undeclared: 'The mapping writes a property that the blueprint does not have.',
  relation_undeclared: 'The mapping writes a relation that the blueprint does not have. It was left out.',
  entity_too_large: 'An entity is larger than a request to Port may be. Its largest properties were left out.',
  identifier_collision:
    'Two source items gave the same identifier with different content. The first one read was kept.',
  field_conflict: 'One field of an entity was given two values in one run. The first one was kept.',
  relation_target_missing: 'A relation points to an entity that does not exist. The entity was written without it.',
  upsert_failed: 'An entity could not be written to Port.',
  other_installation:
    'Entities in Port belong to another installation whose name ends like ours. They were left alone.',
  owned_elsewhere:
    'An item gives an entity that another program or installation wrote last. The entity was left as it is.',
  old_values_unread:
    'Port did not give the values that entities had before they were changed; the record has only names.',
  delete_failed: 'An entity could not be deleted in Port.',
  blueprint_missing: 'A blueprint that the mapping writes does not exist in Port.',
  blueprint_drift: 'A blueprint in Port differs from ours in something that we do not change.',
  blueprint_failed: 'A blueprint could not be created or extended in Port.',
  deletion_blocked: 'Entities that seem to be gone were not deleted.',
  approval_unmatched: 'An approved set of deletions does not match what would be deleted now.',
  write_back_failed: 'The cluster could not be told what became of its objects. Port has everything.',
  unexpected: 'Something that should not happen; a bug report with the log helps.',
} as const;

export type Code = keyof typeof CODES;

/** An error that ends a run or a command. `message` is one sentence for people: what failed, on what, why, what to do. */
export class AppError extends Error {
  readonly code: Code;
  constructor(code: Code, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'AppError';
    this.code = code;
  }
}

/** Whether an error comes from an aborted signal. */
export function isAbort(error: unknown, signal?: AbortSignal): boolean {
  return signal?.aborted === true || (error instanceof Error && error.name === 'AbortError');
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

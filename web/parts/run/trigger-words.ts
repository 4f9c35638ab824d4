/** Who asked for a run. */
export const TRIGGER_WORDS: Readonly<Record<string, string>> = {
  cli: 'a command',
  schedule: 'the schedule',
  http: 'the API or this page',
  port: 'Port’s Resync button',
  webhook: 'a webhook',
  start: 'the start of the service',
  watch: 'a watch',
};

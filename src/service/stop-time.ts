/** How long a service takes to stop, all its parts together; an orchestrator's patience often ends after 10 s. */
export const STOP_MS = 8_500;

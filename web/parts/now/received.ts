import { computed, effect, signal } from '@preact/signals';
import { status } from '../../api/events.ts';
import { now } from '../../ui/time.tsx';

const receivedAt = signal(Date.now());

effect(() => {
  if (status.value !== undefined) receivedAt.value = Date.now();
});

/** How long ago the service said how things are. It does not say it again only because time goes by. */
export const sinceTold = computed(() => Math.max(0, now.value - receivedAt.value));

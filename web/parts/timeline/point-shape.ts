import { wordOf } from '../../ui/words.ts';
import type { RunStatus } from './filter.ts';

/** Half of a point's width: less where there are many points, though a run that did not go well can always be told. */
export function pointSize(status: RunStatus, room: number): number {
  return Math.max(status === 'completed' ? 1.5 : 2.5, Math.min(3, room / 2));
}

/** The colour of a point. What went as usual is quiet. */
export function pointTone(status: RunStatus): string {
  return status === 'completed' ? 'busy' : wordOf(status).tone;
}

/** A run as a point: its shape says, besides its colour, how it ended. It is filled, but for cross and frame. */
export function pointShape(
  status: RunStatus,
  { x, y }: { readonly x: number; readonly y: number },
  size: number,
): string {
  const [whole, tip] = [2 * size, 1.2 * size];
  switch (status) {
    case 'failed':
      return `M${x - size} ${y - size}l${whole} ${whole}m0 ${-whole}l${-whole} ${whole}`;
    case 'degraded':
      return `M${x} ${y - tip}l${tip} ${size + tip}h${-2 * tip}z`;
    case 'completed': {
      const radius = 0.9 * size;
      const arc = `a${radius} ${radius} 0 1 0`;
      return `M${x - radius} ${y}${arc} ${2 * radius} 0${arc} ${-2 * radius} 0z`;
    }
    case 'blocked':
    case 'aborted':
      return `M${x - size} ${y - size}h${whole}v${whole}h${-whole}z`;
  }
}

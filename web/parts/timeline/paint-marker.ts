import type { RunStatus } from './filter.ts';

interface Point {
  readonly x: number;
  readonly y: number;
}

const TOKENS: Readonly<Record<RunStatus, string>> = {
  completed: '--accent',
  degraded: '--warn',
  blocked: '--hold',
  failed: '--bad',
  aborted: '--ink-2',
};

/** A run as a point: its shape says, besides its colour, how it ended. */
export function paintMarker(
  context: CanvasRenderingContext2D,
  status: RunStatus,
  { x, y }: Point,
  colour: (token: string) => string,
): void {
  const size = 3 * devicePixelRatio;
  context.save();
  context.fillStyle = colour(TOKENS[status]);
  context.strokeStyle = context.fillStyle;
  context.lineWidth = 1.6 * devicePixelRatio;
  context.beginPath();
  if (status === 'failed') {
    context.moveTo(x - size, y - size);
    context.lineTo(x + size, y + size);
    context.moveTo(x + size, y - size);
    context.lineTo(x - size, y + size);
    context.stroke();
  } else if (status === 'degraded') {
    context.moveTo(x, y - size * 1.2);
    context.lineTo(x + size * 1.2, y + size);
    context.lineTo(x - size * 1.2, y + size);
    context.fill();
  } else if (status === 'completed') {
    context.arc(x, y, size * 0.9, 0, 2 * Math.PI);
    context.fill();
  } else {
    context.rect(x - size, y - size, 2 * size, 2 * size);
    if (status === 'blocked') context.fill();
    else context.stroke();
  }
  context.restore();
}

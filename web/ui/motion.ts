import { prefersReducedMotion } from 'svelte/motion';

// The tokens --move and --ease, for the motion that a stylesheet cannot do.
const MOVE_MS = 240;
const APPEAR_MS = 160;
const [X1, Y1, X2, Y2] = [0.2, 0.7, 0.1, 1];

const bezier = (a: number, b: number, t: number): number =>
  3 * a * t * (1 - t) ** 2 + 3 * b * t ** 2 * (1 - t) + t ** 3;

/** cubic-bezier(.2, .7, .1, 1): how far, after a part of the time. */
export function ease(time: number): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 24; i++) {
    const t = (low + high) / 2;
    if (bezier(X1, X2, t) < time) low = t;
    else high = t;
  }
  return bezier(Y1, Y2, (low + high) / 2);
}

// Nothing moves for those who asked for that.
const unlessReduced = (ms: number): number => (prefersReducedMotion.current ? 0 : ms);

/** For things that change places. */
export const changePlaces = (): { duration: number; easing: (time: number) => number } => ({
  duration: unlessReduced(MOVE_MS),
  easing: ease,
});

/** For things that were not there before. */
export const appear = (): { duration: number } => ({ duration: unlessReduced(APPEAR_MS) });

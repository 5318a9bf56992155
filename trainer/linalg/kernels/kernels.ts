/**
 * Dense and sparse products for the trainer, over one memory that several threads share. Each of them has an instance
 * of this module and calls work(); the main thread hands out jobs and calls take() itself (see ../crew.ts).
 *
 * A job is cut into tasks whose results do not depend on each other, nor on who works on them: the same bytes come
 * out whatever the number of threads. No instance keeps anything outside of the shared memory.
 */
import {
  ALS_ROWS, BLOCK_PRODUCT, BLOCK_TIMES, DONE, EIGENVECTORS, FAILED, GRAM_ROWS, JOB, LEFT, MIRROR, OUTER_PANELS, SCALE_ROWS, SPARSE_GRAM, SPARSE_TIMES, SUM_PARTS, SWEEP_PANEL,
  SWEEP_UPDATE, TASKS, TURN,
} from '../layout';
import { alsRows } from './als';
import { blockProduct, blockTimes } from './dense';
import { eigenvectors } from './eigen';
import { gramRows } from './gram';
import { outerPanels } from './outer';
import { sparseGram, sparseTimes, sumParts } from './sparse';
import { mirror, scaleRows, sweepPanel, sweepUpdate } from './sweep';

export { tridiagonalize } from './eigen';
export { invertBlock } from './sweep';

/** Works until it is told to go home. */
export function work(): void {
  let turn: i32 = 0;
  for (;;) {
    const now = atomic.load<i32>(TURN);
    if (now < 0) return;
    if (now == turn) {
      atomic.wait<i32>(TURN, turn, -1);
      continue;
    }
    turn = now;
    take(i32.MAX_VALUE);
  }
}

/** Takes tasks while there are any, but not more than `most`. */
export function take(most: i32): i32 {
  let taken: i32 = 0;
  while (taken < most) {
    const left = atomic.sub<i32>(LEFT, 1);
    // Only a count above zero is a task: whoever comes late finds none, whatever the job is by now.
    if (left <= 0) break;
    const tasks = load<i32>(TASKS);
    run(load<i32>(JOB), <usize>(tasks - left));
    taken++;
    if (atomic.add<i32>(DONE, 1) + 1 == tasks) atomic.notify(DONE, 1);
  }
  return taken;
}

/** Waits until all tasks are done, somebody failed, or `nanoseconds` are over. */
export function wait(nanoseconds: i64): void {
  const done = atomic.load<i32>(DONE);
  if (done == load<i32>(TASKS) || atomic.load<i32>(FAILED) != 0) return;
  atomic.wait<i32>(DONE, done, nanoseconds);
}

function run(job: i32, task: usize): void {
  switch (job) {
    case SCALE_ROWS: return scaleRows(task);
    case SWEEP_PANEL: return sweepPanel(task);
    case SWEEP_UPDATE: return sweepUpdate(task);
    case MIRROR: return mirror(task);
    case GRAM_ROWS: return gramRows(task);
    case SPARSE_TIMES: return sparseTimes(task);
    case BLOCK_PRODUCT: return blockProduct(task);
    case BLOCK_TIMES: return blockTimes(task);
    case ALS_ROWS: return alsRows(task);
    case OUTER_PANELS: return outerPanels(task);
    case SPARSE_GRAM: return sparseGram(task);
    case SUM_PARTS: return sumParts(task);
    case EIGENVECTORS: return eigenvectors(task);
    default: unreachable();
  }
}

/*
 * What both sides of the memory know: the kernels (AssemblyScript) and crew.ts (TypeScript) read this one file.
 * Addresses are in bytes, each on a cache line of its own.
 */

/** i32: raised whenever there is work; whoever has none waits on it. -1: go home. */
export const TURN = 64;
/** i32: tasks nobody has taken yet. Falls below zero when there are none. */
export const LEFT = 128;
/** i32: tasks that are done. */
export const DONE = 192;
/** i32: a member of the crew failed. */
export const FAILED = 256;
/** i32: which job, and of how many tasks. */
export const JOB = 320;
export const TASKS = 324;
/** f64: the job's arguments. */
export const ARGUMENTS = 384;
/** Here the crew's allocations begin. */
export const HEAP = 1024;

/** Rows that are packed together: their entries of one column lie side by side, in 32 bytes. */
export const PANEL = 8;
/** Rows and columns of what one task works on. A multiple of PANEL. */
export const TILE = 128;

/** Columns of a block that lie together (block.ts): a row of them is 64 bytes, a line of the cache. */
export const WIDTH = 8;
/** Rows of a block that fit the nearest cache twice. */
export const ROWS_AT_ONCE = 128;
/** Panels of a block that one task multiplies with another block. */
export const PANELS_OF_PRODUCT = 4;

/** Entries of a row whose vectors are gathered at once (kernels/als.ts). */
export const GATHERED = 32;

/* The jobs that kernels.ts runs. */
export const SCALE_ROWS = 0;
export const SWEEP_PANEL = 1;
export const SWEEP_UPDATE = 2;
export const MIRROR = 3;
export const GRAM_ROWS = 4;
export const SPARSE_TIMES = 5;
export const BLOCK_PRODUCT = 6;
export const BLOCK_TIMES = 7;
export const ALS_ROWS = 8;
export const EIGENVECTORS = 9;
export const SPARSE_GRAM = 10;
export const SUM_PARTS = 11;
export const OUTER_PANELS = 12;

/** What an engine made of a list of queries, asked one after the other. */
export interface Turn {
  /** How long each took. */
  readonly micros: readonly number[];
  /** What each found, best first. */
  readonly rows: readonly ArrayLike<number>[];
}

export interface Contestant {
  readonly name: string;
  turn(queries: readonly Float32Array[]): Promise<Turn>;
}

export interface Comparison {
  readonly name: string;
  readonly medianMicros: number;
  readonly p99Micros: number;
  /** How many times as long as the first contestant: the median of the rounds' ratios, which noise in a machine hardly moves. */
  readonly timesFirst: number;
  /** Share of the true best that it found. */
  readonly recall: number;
  /** Every time measured, shortest first. */
  readonly micros: readonly number[];
}

export interface Effort {
  readonly rounds: number;
  /** Rounds that do not count, one at least: an engine compiles what is hot a second time. */
  readonly warmUp: number;
  /** About as long may a contestant take in a round: a slow one is asked fewer of the queries. */
  readonly roundMs: number;
}

/** A slow contestant is asked so many queries a round all the same. */
const FEWEST = 3;

/**
 * Lets contestants answer the same queries in turn, round by round, so that whatever else the machine does hits all alike.
 * @param truth what is best for each query.
 * @param onRound told after each round, warm-up included, how many of how many are over.
 */
export async function compare(
  contestants: readonly Contestant[],
  queries: readonly Float32Array[],
  truth: readonly ArrayLike<number>[],
  effort: Effort,
  onRound: (done: number, total: number) => void = () => undefined,
): Promise<Comparison[]> {
  const total = effort.warmUp + effort.rounds;
  const asked = contestants.map(() => queries.length);
  const turns = contestants.map((): Turn[] => []);
  const recalls: number[] = [];
  for (let round = 0; round < total; round++) {
    for (const [i, contestant] of contestants.entries()) {
      const start = performance.now();
      const turn = await contestant.turn(queries.slice(0, asked[i]));
      const queryMs = (performance.now() - start) / turn.micros.length;
      if (round === 0) recalls.push(recallOf(turn.rows, truth)); // the one round in which all are asked everything
      if (round < effort.warmUp) asked[i] = Math.round(clamp(effort.roundMs / queryMs, Math.min(FEWEST, queries.length), queries.length));
      else turns[i]!.push(turn);
    }
    onRound(round + 1, total);
  }
  const medians = turns.map((all) => all.map(({ micros }) => quantile(micros, 0.5)));
  return contestants.map(({ name }, i) => {
    const micros = turns[i]!.flatMap((turn) => turn.micros).sort((a, b) => a - b);
    return {
      name,
      medianMicros: quantile(micros, 0.5),
      p99Micros: quantile(micros, 0.99),
      timesFirst: quantile(medians[i]!.map((median, round) => median / medians[0]![round]!), 0.5),
      recall: recalls[i]!,
      micros,
    };
  });
}

export type Search = (query: Float32Array) => ArrayLike<number> | Promise<ArrayLike<number>>;

/**
 * A contestant that is asked in this thread.
 * @param clockMs the step of the clock: a query is asked again and again until it is long against that.
 */
export function contestant(name: string, search: Search, clockMs: number): Contestant {
  const leastMs = 10 * clockMs;
  let repeats = 1;
  return {
    name,
    async turn(queries) {
      const micros: number[] = [];
      const rows: ArrayLike<number>[] = [];
      for (const query of queries) {
        for (;;) {
          let found: ArrayLike<number> = [];
          const start = performance.now();
          for (let i = 0; i < repeats; i++) {
            const answer = search(query);
            found = answer instanceof Promise ? await answer : answer;
          }
          const ms = performance.now() - start;
          if (ms < leastMs) {
            repeats = Math.ceil(repeats * Math.min(10, 1.2 * (leastMs / Math.max(ms, leastMs / 10))));
            continue;
          }
          micros.push((ms * 1000) / repeats);
          rows.push(found);
          break;
        }
      }
      return { micros, rows };
    },
  };
}

/** The step of `performance.now()`, in milliseconds: browsers make it coarse, so that no page can spy by it. */
export function clockStepMs(): number {
  let least = Infinity;
  for (let i = 0; i < 10; i++) {
    const start = performance.now();
    let now = start;
    while (now === start) now = performance.now();
    least = Math.min(least, now - start);
  }
  return least;
}

/** @param values in any order. @param share 0.5 is the median. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}

/** Mean share of the true rows among those found. */
export function recallOf(found: readonly ArrayLike<number>[], truth: readonly ArrayLike<number>[]): number {
  const shares = found.map((rows, i) => {
    const best = new Set(Array.from(truth[i]!));
    return best.size === 0 ? 1 : Array.from(rows).filter((row) => best.has(row)).length / best.size;
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));

import { Random } from '../random.ts';

/** A value of a parameter, as JSON has them. */
export type Value = number | string;
/** One setting of all parameters of a sweep, by their names. */
export type Setting = Readonly<Record<string, Value>>;

/** What a parameter may be: one of several, or anything between two numbers. */
export type Range = { readonly values: readonly Value[] } | { readonly min: number; readonly max: number; readonly scale: 'linear' | 'log'; readonly whole: boolean };

export interface Space {
  readonly method: 'grid' | 'random';
  readonly seed: number;
  readonly parameters: Readonly<Record<string, Range>>;
}

/**
 * The settings of a sweep, in their order and without repeats; of a random one without end, where a range is continuous.
 * The same space and seed give the same settings, so that a sweep can go on where it stopped.
 */
export function* settingsOf({ method, seed, parameters }: Space): Generator<Setting> {
  const entries = Object.entries(parameters);
  if (method === 'grid') {
    yield* product(entries.map(([name, range]) => [name, 'values' in range ? range.values : []]));
    return;
  }
  const random = new Random(seed);
  const seen = new Set<string>();
  // So many draws without anything new: there is nothing left.
  for (let repeats = 0; repeats < 1000; ) {
    const setting = Object.fromEntries(entries.map(([name, range]) => [name, draw(range, random)]));
    const key = JSON.stringify(setting);
    if (seen.has(key)) {
      repeats++;
      continue;
    }
    repeats = 0;
    seen.add(key);
    yield setting;
  }
}

/** All settings of a grid. The first parameter changes slowest. */
function* product(entries: readonly (readonly [string, readonly Value[]])[]): Generator<Setting> {
  const [first, ...others] = entries;
  if (!first) {
    yield {};
    return;
  }
  const [name, values] = first;
  for (const value of values) for (const rest of product(others)) yield { [name]: value, ...rest };
}

function draw(range: Range, random: Random): Value {
  if ('values' in range) return range.values[random.integer(range.values.length)]!;
  const { min, max, scale, whole } = range;
  if (whole) return min + random.integer(max - min + 1);
  const part = random.uniform();
  const value = scale === 'log' ? min * (max / min) ** part : min + (max - min) * part;
  return Number(value.toPrecision(4)); // for people to read; nothing depends on more
}

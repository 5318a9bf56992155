/**
 * Ratings of the shape of MovieLens 32M by people who do not exist, for measuring how large data trains:
 *
 *     node --import tsx tests/bench/movieLensShape.ts FOLDER [--scale 0.1] [--seed 1]
 *
 * writes ratings.csv and movies.csv as MovieLens does. Same scale and seed, same bytes.
 */
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { Random } from '../../trainer/random.ts';

/** What ML-32M has. */
const FULL = { users: 200_948, films: 87_585, ratings: 32_000_204 };
const LEAST_A_USER = 20;
const TASTES = 40;
const TASTES_A_FILM = 2;
const TASTES_A_USER = 3;
/** The share of choices that follow what everybody sees, whatever the taste. */
const FASHION = 0.3;
/** So many draws a film; who has found nothing new by then takes what comes next. */
const TRIES = 30;

export interface Shape {
  readonly users: number;
  readonly films: number;
  readonly ratings: number;
}

export const shapeOf = (scale: number): Shape => ({
  users: Math.max(1, Math.round(FULL.users * scale)),
  // A part of the people sees more than that part of the films.
  films: Math.max(1000, Math.round(FULL.films * Math.sqrt(scale))),
  ratings: Math.max(LEAST_A_USER, Math.round(FULL.ratings * scale)),
});

/** A distribution over films that can be drawn from. */
interface Draw {
  readonly films: Uint32Array;
  /** Σ of the weights up to and with each film. */
  readonly sums: Float64Array;
}

function drawOf(films: Uint32Array, weightOf: (film: number) => number): Draw {
  const sums = new Float64Array(films.length);
  let sum = 0;
  films.forEach((film, i) => (sums[i] = sum += weightOf(film)));
  return { films, sums };
}

function draw({ films, sums }: Draw, random: Random): number {
  const wanted = random.uniform() * sums[sums.length - 1]!;
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle]! > wanted) high = middle;
    else low = middle + 1;
  }
  return films[low]!;
}

/** Films by popularity: few that half of the people know, and a long tail that one or two do. */
const popularity = (rank: number, films: number): number => (rank + 50) ** -1.1 * Math.exp((-5.8 * rank) / films);

/** How many films each person rates: log-normal, which is how MovieLens looks, and exactly as many in all. */
function activity({ users, films, ratings }: Shape, random: Random): Uint32Array {
  const raw = Float64Array.from({ length: users }, () => Math.exp(1.25 * random.normal()));
  const factor = (ratings - LEAST_A_USER * users) / raw.reduce((a, b) => a + b, 0);
  const most = films >> 2;
  const counts = Uint32Array.from(raw, (value) => Math.min(most, LEAST_A_USER + Math.floor(value * factor)));
  let missing = ratings - counts.reduce((a, b) => a + b, 0);
  for (let user = 0; missing > 0; user = (user + 1) % users) {
    if (counts[user]! >= most) continue;
    counts[user]!++;
    missing--;
  }
  return counts;
}

/** Each person's ratings in turn, films ascending. `films` and `halfStars` are only good until the next. */
export function* people(shape: Shape, seed: number): Generator<{ user: number; count: number; films: Uint32Array; halfStars: Uint8Array }> {
  const random = new Random(seed);
  const all = Uint32Array.from({ length: shape.films }, (_, film) => film);
  const tastesOf = Array.from(all, () => Array.from({ length: TASTES_A_FILM }, () => random.integer(TASTES)));
  const weight = (film: number): number => popularity(film, shape.films);
  const everybody = drawOf(all, weight);
  const byTaste = Array.from({ length: TASTES }, (_, taste) => drawOf(all.filter((film) => tastesOf[film]!.includes(taste)), weight)).filter(({ films }) => films.length > 0);
  const quality = Float64Array.from(all, () => 0.45 * random.normal());
  const counts = activity(shape, random);
  const seenBy = new Uint32Array(shape.films).fill(shape.users);
  const films = new Uint32Array(shape.films);
  const halfStars = new Uint8Array(shape.films);
  // Every film is somebody's: the tail is dealt out first.
  let dealt = shape.films;
  for (let user = 0; user < shape.users; user++) {
    const tastes = Array.from({ length: TASTES_A_USER }, () => random.integer(byTaste.length));
    const taken = counts[user]!;
    let count = 0;
    const take = (film: number): boolean => {
      if (seenBy[film] === user) return false;
      seenBy[film] = user;
      films[count++] = film;
      return true;
    };
    const last = shape.films - Math.ceil((shape.films * (user + 1)) / shape.users);
    while (dealt > last && count < taken) take(--dealt);
    while (count < taken) {
      let film = 0;
      let tries = 0;
      do {
        film = draw(random.uniform() < FASHION ? everybody : byTaste[tastes[Math.min(random.integer(TASTES_A_USER), random.integer(TASTES_A_USER))]!]!, random);
      } while (!take(film) && ++tries < TRIES);
      while (tries === TRIES && !take(film)) film = (film + 1) % shape.films;
    }
    films.subarray(0, count).sort();
    const mood = 3.5 + 0.4 * random.normal();
    for (let i = 0; i < count; i++) {
      const film = films[i]!;
      const liked = tastesOf[film]!.some((taste) => tastes.includes(taste)) ? 0.3 : -0.2;
      halfStars[i] = Math.min(10, Math.max(1, Math.round(2 * (mood + quality[film]! + liked + 0.7 * random.normal()))));
    }
    yield { user, count, films, halfStars };
  }
}

/** Writes the two files. */
export async function writeMovieLens(folder: string, shape: Shape, seed: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const movies = createWriteStream(join(folder, 'movies.csv'));
  movies.write('movieId,title,genres\n');
  for (let film = 0; film < shape.films; film++) movies.write(`${film + 1},Film ${film + 1} (${1920 + (film % 100)}),Drama\n`);
  movies.end();
  await once(movies, 'finish');

  const ratings = createWriteStream(join(folder, 'ratings.csv'), { highWaterMark: 1 << 22 });
  ratings.write('userId,movieId,rating,timestamp\n');
  let lines: string[] = [];
  let written = 0;
  for (const { user, count, films, halfStars } of people(shape, seed)) {
    for (let i = 0; i < count; i++) lines.push(`${user + 1},${films[i]! + 1},${halfStars[i]! >> 1}.${halfStars[i]! & 1 ? 5 : 0},${850_000_000 + 37 * written++}\n`);
    if (lines.length < 20_000) continue;
    if (!ratings.write(lines.join(''))) await once(ratings, 'drain');
    lines = [];
  }
  ratings.end(lines.join(''));
  await once(ratings, 'finish');
}

if (process.argv[1] === import.meta.filename) {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { scale: { type: 'string', default: '1' }, seed: { type: 'string', default: '1' } } });
  if (positionals.length !== 1) throw new Error('Name the folder to write to.');
  const shape = shapeOf(Number(values.scale));
  const begun = performance.now();
  await writeMovieLens(positionals[0]!, shape, Number(values.seed));
  console.log(`${shape.ratings.toLocaleString('en')} ratings of ${shape.films.toLocaleString('en')} films by ${shape.users.toLocaleString('en')} people: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
}

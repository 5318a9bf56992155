import { Random } from '../random.ts';
import { readSampleFilms, type SampleFilm } from './films.ts';
import { describeWorld, drawPeople, type Person, type World } from './people.ts';

/** What one imaginary person thought of one film. */
export interface SampleRating {
  /** 1 to the number of people. */
  readonly user: number;
  /** A SampleFilm's `id`. */
  readonly item: number;
  /** 0.5 to 5 in steps of a half. */
  readonly rating: number;
  /** Unix seconds, after the year of the film's release. */
  readonly time: number;
}

export interface SampleRatings {
  /** In the order of their ids. */
  readonly films: readonly SampleFilm[];
  /** Ordered by user, then time. Nobody rates a film twice. */
  readonly ratings: readonly SampleRating[];
}

const PEOPLE = 1200;

/** With fewer ratings of a film the trainer would have to guess what it is like. */
const FEWEST_RATINGS = 20;

const FIRST_DAY = Date.UTC(2004, 0, 1) / 1000;
const LAST_DAY = Date.UTC(2025, 5, 30) / 1000;

/**
 * Ratings by people who do not exist, for trying FrameRate without any data set: about 64,000 of 750 films.
 *
 * Each person mixes two or three TASTES and has some likings of their own:
 *
 *     appeal(person, film) = common · P(film | everybody) + Σ share · P(film | taste)
 *     what they watch      ∝ appeal · e^liking, without replacement
 *     how they rate it     = the film's acclaim + how it suits them + their generosity + chance
 *
 * @param seed an integer; the same seed gives the same ratings at every run.
 * @throws {RangeError} when the seed is no integer.
 */
export function generateSample(seed = 1): SampleRatings {
  const random = new Random(seed);
  const films = readSampleFilms();
  const world = describeWorld(films);
  /** Stars above or below what a film's acclaim says, by film. */
  const quirk = Float64Array.from(films, () => 0.15 * random.normal());
  const people = drawPeople(world, PEOPLE, FEWEST_RATINGS, random);
  const ratings = people.flatMap((person, index) => ratePerson(person, index + 1, world, quirk, random));
  return { films, ratings };
}

function ratePerson(person: Person, user: number, { films, common }: World, quirk: Float64Array, random: Random): SampleRating[] {
  const generosity = 0.32 * random.normal();
  const moodiness = 0.5 + 0.35 * random.uniform();
  const step = random.uniform() < 0.3 ? 1 : 0.5;
  const years = person.watched.map((film) => films[film]!.year);
  const times = drawTimes(years, random);
  return person.watched
    .map((film, index) => {
      // How much more they look for this film than everybody does. The tanh keeps the rarest films within a star.
      const suits = Math.tanh(Math.log(person.appeal[film]! / common[film]!) / 3) + 0.5 * Math.tanh(person.liking[film]!);
      const stars = 3.45 + 0.4 * (films[film]!.acclaim - 4) + quirk[film]! + 0.4 * suits + generosity + moodiness * random.normal();
      const rating = Math.min(5, Math.max(step, Math.round(stars / step) * step));
      return { user, item: films[film]!.id, rating, time: times[index]! };
    })
    .sort((a, b) => a.time - b.time || a.item - b.item);
}

/**
 * Unix seconds, one for each film: some evenings over some years, a film every minute or so. What was not out by then
 * is rated some day after its year.
 * @param years of release.
 */
function drawTimes(years: readonly number[], random: Random): number[] {
  const joined = FIRST_DAY + 0.9 * random.uniform() * (LAST_DAY - FIRST_DAY);
  const stay = random.uniform() ** 2 * (LAST_DAY - joined);
  let now = joined;
  let leftThisEvening = 0;
  return years.map((year) => {
    if (leftThisEvening-- === 0) {
      leftThisEvening = 3 + random.integer(20);
      now = joined + random.uniform() * stay;
    }
    now += 5 + random.integer(90);
    const released = Date.UTC(year + 1, 0, 1) / 1000;
    const time = now < released ? released + random.uniform() * (LAST_DAY - released) : Math.min(now, LAST_DAY);
    return Math.floor(time);
  });
}

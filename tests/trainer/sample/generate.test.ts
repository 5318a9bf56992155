import { describe, expect, it } from 'vitest';
import { generateSample } from '../../../trainer/sample/generate.ts';

const { films, ratings } = generateSample();
const countOf = (values: Iterable<number>): Map<number, number> => {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
};

describe('generateSample', () => {
  it('repeats itself for a seed, and gives other ratings of the same films for another', () => {
    expect(generateSample(1)).toEqual({ films, ratings });
    const other = generateSample(2);
    expect(other.films).toEqual(films);
    expect(other.ratings).not.toEqual(ratings);
  });

  it('refuses a seed that is no integer', () => {
    expect(() => generateSample(0.5)).toThrow(RangeError);
  });

  it('gives 60,000 to 70,000 ratings by 1,200 people, in order of person and time', () => {
    expect(ratings.length).toBeGreaterThan(60_000);
    expect(ratings.length).toBeLessThan(70_000);
    const users = countOf(ratings.map(({ user }) => user));
    expect([Math.min(...users.keys()), Math.max(...users.keys()), users.size]).toEqual([1, 1200, 1200]);
    const disordered = ratings.findIndex(({ user, time }, i) => i > 0 && (user < ratings[i - 1]!.user || (user === ratings[i - 1]!.user && time < ratings[i - 1]!.time)));
    expect(disordered).toBe(-1);
  });

  it('has people who rate little and people who rate a lot', () => {
    const counts = [...countOf(ratings.map(({ user }) => user)).values()].sort((a, b) => a - b);
    expect(counts[0]).toBeGreaterThanOrEqual(15);
    expect(counts[600]).toBeGreaterThan(35);
    expect(counts[600]).toBeLessThan(50);
    expect(counts.filter((count) => count > 150).length).toBeGreaterThan(15);
  });

  it('has every film rated often enough, and the famous more often', () => {
    const counts = countOf(ratings.map(({ item }) => item));
    expect(films.filter(({ id }) => (counts.get(id) ?? 0) < 15)).toEqual([]);
    const meanOfFame = ([1, 2, 3, 4, 5] as const).map((grade) => {
      const these = films.filter(({ fame }) => fame === grade);
      return these.reduce((sum, { id }) => sum + counts.get(id)!, 0) / these.length;
    });
    expect(meanOfFame).toEqual(meanOfFame.toSorted((a, b) => a - b));
    expect(meanOfFame[4]! / meanOfFame[0]!).toBeGreaterThan(3);
  });

  it('lets nobody rate a film twice', () => {
    expect(new Set(ratings.map(({ user, item }) => user * 10_000 + item)).size).toBe(ratings.length);
  });

  it('rates in half steps from 0.5 to 5, mostly well', () => {
    const counts = countOf(ratings.map(({ rating }) => rating));
    const steps = [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5];
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual(steps);
    const mean = ratings.reduce((sum, { rating }) => sum + rating, 0) / ratings.length;
    expect(mean).toBeGreaterThan(3.5);
    expect(mean).toBeLessThan(3.75);
    expect(steps.toSorted((a, b) => counts.get(b)! - counts.get(a)!)[0]).toBe(4);
  });

  it('rates in whole seconds, films that are out', () => {
    const yearOf = new Map(films.map(({ id, year }) => [id, year]));
    const impossible = ratings.filter(({ item, time }) => {
      const year = new Date(time * 1000).getUTCFullYear();
      return !Number.isInteger(time) || year < 2004 || year > 2025 || year <= yearOf.get(item)!;
    });
    expect(impossible).toEqual([]);
  });

  // What a recommender can learn from the sample: these come out for any seed.
  describe.each([1, 2, 3])('with seed %i', (seed) => {
    const viewers = viewersByTitle(seed);
    it.each([
      ['Alien', 'Blade Runner', 'Mamma Mia!'],
      ['Blade Runner', 'Stalker', 'Toy Story'],
      ['Spirited Away', 'My Neighbor Totoro', 'Goodfellas'],
      ['Double Indemnity', 'Out of the Past', 'Iron Man'],
      ['The Searchers', 'Once Upon a Time in the West', 'Amélie'],
      ['Halloween', 'A Nightmare on Elm Street', 'Pride & Prejudice'],
      ['Rear Window', 'Notorious', 'The Avengers'],
      ['When Harry Met Sally...', 'Notting Hill', 'The Thing'],
      ['Persona', 'The Seventh Seal', 'Die Hard'],
      ['Goodfellas', 'Casino', 'Finding Nemo'],
      ['Man on Wire', 'Grizzly Man', 'Star Wars'],
      ['Oldboy', 'Memories of Murder', 'Shrek'],
      ["Singin' in the Rain", 'Cabaret', 'Saw'],
      ['City Lights', 'The General', 'Deadpool'],
      ['Das Boot', 'Paths of Glory', 'Frozen'],
    ])('%s shares more viewers with %s than with %s', (film, near, far) => {
      expect(cosine(viewers.get(film)!, viewers.get(near)!)).toBeGreaterThan(1.25 * cosine(viewers.get(film)!, viewers.get(far)!));
    });
  });
});

function viewersByTitle(seed: number): Map<string, Set<number>> {
  const sample = generateSample(seed);
  const viewers = sample.films.map(() => new Set<number>());
  for (const { user, item } of sample.ratings) viewers[item - 1]!.add(user);
  return new Map(sample.films.map(({ title }, index) => [title, viewers[index]!]));
}

/** Of two columns of zeros and ones. */
function cosine(one: Set<number>, other: Set<number>): number {
  const both = [...one].filter((user) => other.has(user)).length;
  return both / Math.sqrt(one.size * other.size);
}

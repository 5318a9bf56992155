import type { Random } from '../random.ts';
import type { Grade, SampleFilm } from './films.ts';
import { TASTES, traitsOf, type Taste } from './tastes.ts';

/** How likely somebody is to have come across a film of each fame, whatever their taste. */
const REACH: Readonly<Record<Grade, number>> = { 1: 0.18, 2: 0.29, 3: 0.45, 4: 0.65, 5: 1.05 };

/** What everybody sees is more about fame than what somebody with a taste looks for. */
const COMMON_REACH_EXPONENT = 2.5;

/** How much of what a person watches is what everybody watches: between the two. */
const COMMON_SHARE = [0.04, 0.18] as const;

/** How strictly people keep to their tastes. Below 1 the tastes drown in fame and chance, and nothing can be learnt. */
const STRICTNESS = 1.3;

/** How far people differ within a taste: the standard deviation of their own weight of each kind of trait. */
const OWN_WEIGHT = { genre: 0.25, theme: 0.4, by: 0.5, from: 0.3, decade: 0.3 };

/** How many films a person watches: log-normal, cut at both ends. */
const WATCHED = { median: 43, logDeviation: 0.68, fewest: 15, most: 230 };

/** What is the same for all people. */
export interface World {
  readonly films: readonly SampleFilm[];
  /** P(film | everybody): length films, sums to 1. */
  readonly common: Float64Array;
  /** P(film | taste): tastes × films, each row sums to 1. */
  readonly byTaste: readonly Float64Array[];
  /** tastes × tastes: how likely the second is in somebody who has the first, not normalised. */
  readonly company: readonly (readonly number[])[];
  /** The traits that several films have. */
  readonly traits: readonly SharedTrait[];
}

interface SharedTrait {
  readonly kind: keyof typeof OWN_WEIGHT;
  /** Indices of the films that have it. */
  readonly films: readonly number[];
}

export interface Person {
  /** P(film | the person's tastes and what everybody sees): length films, sums to 1. */
  readonly appeal: Float64Array;
  /** The sum of the person's own weights of a film's traits, by film. */
  readonly liking: Float64Array;
  /** When the person comes to each film: the smaller the earlier. */
  readonly arrival: Float64Array;
  /** What arrives up to then is watched. */
  readonly patience: number;
  /** Indices of films, in the order they are watched. */
  readonly watched: number[];
}

export function describeWorld(films: readonly SampleFilm[]): World {
  const byTaste = TASTES.map((taste) => watchedBy(taste, films));
  return {
    films,
    common: normalize(Float64Array.from(films, ({ fame }) => REACH[fame] ** COMMON_REACH_EXPONENT)),
    byTaste,
    company: byTaste.map((one) => byTaste.map((other, second) => (one === other ? 0 : TASTES[second]!.share * (0.1 + cosine(one, other))))),
    traits: sharedTraits(films),
  };
}

function watchedBy({ likes }: Taste, films: readonly SampleFilm[]): Float64Array {
  return normalize(
    Float64Array.from(films, (film) => {
      const weight = traitsOf(film).reduce((sum, trait) => sum + (likes[trait] ?? 0), 0);
      return REACH[film.fame] * Math.exp(STRICTNESS * weight);
    }),
  );
}

/** Only what several films have in common can tie them together: the director of a single film is left out. */
function sharedTraits(films: readonly SampleFilm[]): SharedTrait[] {
  const filmsOf = new Map<string, number[]>();
  films.forEach((film, index) => {
    for (const trait of traitsOf(film)) filmsOf.set(trait, [...(filmsOf.get(trait) ?? []), index]);
  });
  return [...filmsOf].filter(([, indices]) => indices.length > 1).map(([trait, indices]) => ({ kind: kindOf(trait), films: indices }));
}

function kindOf(trait: string): keyof typeof OWN_WEIGHT {
  const prefix = /^(theme|by|from):/.exec(trait)?.[1];
  if (prefix !== undefined) return prefix as 'theme' | 'by' | 'from';
  return /^\d/.test(trait) ? 'decade' : 'genre';
}

/** Draws `count` people. Each film is watched by `fewestViewers` of them at least, as far as there are so many. */
export function drawPeople(world: World, count: number, fewestViewers: number, random: Random): Person[] {
  const people = Array.from({ length: count }, () => drawPerson(world, random));
  const viewers = new Uint32Array(world.films.length);
  for (const { watched } of people) for (const film of watched) viewers[film]!++;
  viewers.forEach((seen, film) => {
    if (seen < fewestViewers) sendViewers(people, film, fewestViewers - seen);
  });
  return people;
}

/** Lets those watch a film who would have come to it soon. */
function sendViewers(people: readonly Person[], film: number, count: number): void {
  const delay = ({ arrival, patience }: Person): number => arrival[film]! / patience;
  people
    .filter((person) => delay(person) > 1)
    .sort((a, b) => delay(a) - delay(b))
    .slice(0, count)
    .forEach(({ watched }) => watched.push(film));
}

function drawPerson(world: World, random: Random): Person {
  const size = world.films.length;
  const appeal = drawAppeal(world, random);
  const liking = drawLiking(world, random);
  // Exponential arrivals at a rate of appeal · e^liking: the first n of them are a weighted sample without
  // replacement (Efraimidis & Spirakis 2006).
  const arrival = new Float64Array(size);
  for (let film = 0; film < size; film++) arrival[film] = -Math.log(1 - random.uniform()) / (appeal[film]! * Math.exp(liking[film]!));

  const wished = Math.round(WATCHED.median * Math.exp(WATCHED.logDeviation * random.normal()));
  const count = Math.min(WATCHED.most, size, Math.max(WATCHED.fewest, wished));
  const patience = arrival.toSorted()[count - 1]!;
  const watched: number[] = [];
  for (let film = 0; film < size; film++) if (arrival[film]! <= patience) watched.push(film);
  watched.sort((a, b) => arrival[a]! - arrival[b]!);
  return { appeal, liking, arrival, patience, watched };
}

function drawAppeal({ films, common, byTaste, company }: World, random: Random): Float64Array {
  const [least, most] = COMMON_SHARE;
  const commonShare = least + (most - least) * random.uniform();
  const appeal = common.map((p) => commonShare * p);
  for (const { taste, share } of drawTastes(company, random)) {
    const watched = byTaste[taste]!;
    for (let film = 0; film < films.length; film++) appeal[film]! += (1 - commonShare) * share * watched[film]!;
  }
  return appeal;
}

/** Two or three tastes and their shares, which sum to 1. The first is the strongest; the second goes well with it. */
function drawTastes(company: World['company'], random: Random): { taste: number; share: number }[] {
  const shares = TASTES.map(({ share }) => share);
  const first = drawIndex(shares, random);
  const second = drawIndex(company[first]!, random);
  const others = shares.map((share, taste) => (taste === first || taste === second ? 0 : share));
  const third = drawIndex(others, random);
  const main = 0.6 + 0.35 * random.uniform();
  const split = random.uniform() < 0.6 ? 1 : 0.5 + 0.3 * random.uniform();
  return [
    { taste: first, share: main },
    { taste: second, share: (1 - main) * split },
    { taste: third, share: (1 - main) * (1 - split) },
  ];
}

/** This is what ties the films of one director, country or decade together beyond the tastes. */
function drawLiking({ films, traits }: World, random: Random): Float64Array {
  const liking = new Float64Array(films.length);
  for (const trait of traits) {
    const weight = OWN_WEIGHT[trait.kind] * random.normal();
    for (const film of trait.films) liking[film]! += weight;
  }
  return liking;
}

/** An index, each with a probability in proportion to its weight. */
function drawIndex(weights: readonly number[], random: Random): number {
  let rest = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
  const index = weights.findIndex((weight) => (rest -= weight) < 0);
  // Rounding can leave a rest: then it is the last that has any weight.
  return index >= 0 ? index : weights.findLastIndex((weight) => weight > 0);
}

function normalize(weights: Float64Array): Float64Array {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

function cosine(one: Float64Array, other: Float64Array): number {
  const product = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  return product(one, other) / Math.sqrt(product(one, one) * product(other, other));
}

import { expect, test } from 'vitest';
import { ExactIndex } from '../../shared/engine/exactIndex.ts';
import { Recommender } from '../../shared/engine/recommender.ts';
import { itemId } from '../../shared/ids.ts';
import type { RecommendQuery } from '../../shared/query.ts';
import { openModel, openRecommenderFrom } from '../../trainer/openModel.ts';
import { Random } from '../../trainer/random.ts';

/** A question as data, and the answer that every door must give: ids, best first. */
export interface Question {
  readonly name: string;
  readonly query: RecommendQuery;
  readonly ids: readonly (string | number)[];
}

/** Puts questions through a door; one list of ids each. */
export type Door = (queries: readonly RecommendQuery[]) => Promise<readonly (readonly (string | number)[])[]>;

/**
 * Questions over a published model, answered by the specification: brute force over the 8-bit factors. What an index of
 * Faiss's finds, and what an encoder makes of ratings, is up to them: there this process says it, and the others have to agree.
 */
export async function questionsFor(folder: string): Promise<Question[]> {
  const model = await openModel(folder);
  const bare = model.manifest.search.engine === 'exact' && !model.encoderFile;
  const truth = bare ? new Recommender(model, new ExactIndex(model.factors)) : await openRecommenderFrom(folder);
  const random = new Random(7);
  const { min, max } = model.manifest.ratingScale;
  const halfSteps = Math.round((max - min) * 2);
  const person = (n: number): RecommendQuery['ratings'] =>
    Array.from({ length: n }, () => ({ item: model.catalog.items[random.integer(model.catalog.items.length)]!.id, rating: min + random.integer(halfSteps + 1) / 2 }));
  const first = model.catalog.items[0]!.id;
  const queries: [string, RecommendQuery][] = [
    ['nobody: the popular start', { ratings: [] }],
    ['one rating', { ratings: [{ item: first, rating: max }] }],
    ['one low rating', { ratings: [{ item: first, rating: min }] }],
    ...[2, 3, 5, 10, 24, 25, 40, 200].map((n): [string, RecommendQuery] => [`${n} ratings`, { ratings: person(n) }]),
    ['an unknown id among known ones', { ratings: [...person(4), { item: itemId('nothing like it'), rating: max }] }],
    ['only unknown ids', { ratings: [{ item: itemId('nothing like it'), rating: max }] }],
    ['the same film twice', { ratings: [{ item: first, rating: min }, { item: first, rating: max }] }],
    ['an id as text', { ratings: [{ item: itemId(String(first)), rating: max }] }],
    ['only the first', { ratings: person(6), k: 1 }],
    ['a hundred', { ratings: person(6), k: 100 }],
    ['as many as there may be', { ratings: person(6), k: 1000 }],
    ...[0, 0.2, 0.5, 0.8, 1].map((variety): [string, RecommendQuery] => [`variety ${variety}`, { ratings: person(12), variety }]),
    ...[-1, -0.5, 0, 0.5, 1].map((popularity): [string, RecommendQuery] => [`popularity ${popularity}`, { ratings: person(12), popularity }]),
    ['both dials for nobody', { ratings: [], variety: 0.4, popularity: -0.3, k: 30 }],
    ['both dials, as many as there may be', { ratings: person(30), variety: 0.7, popularity: 0.6, k: 1000 }],
  ];
  return Promise.all(queries.map(async ([name, query]) => ({ name, query, ids: (await truth.ask(query)).items.map(({ item }) => item.id) })));
}

/** The contract: the same question gets the same films in the same order. */
export function testDoor(open: () => Door | Promise<Door>, questions: () => readonly Question[]): void {
  test('answers every question as brute force does', async () => {
    const door = await open();
    const asked = questions();
    const answers = await door(asked.map(({ query }) => query));
    expect(answers).toHaveLength(asked.length);
    asked.forEach(({ name, ids }, i) => expect(answers[i], name).toEqual(ids));
  });
}

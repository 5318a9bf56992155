import { Catalog } from '../../shared/artifact/catalog.ts';
import type { ModelParameters } from '../../shared/artifact/manifest.ts';
import { KernelIndex } from '../../shared/engine/kernelIndex.ts';
import { Recommender } from '../../shared/engine/recommender.ts';
import { RowSet } from '../../shared/engine/rowSet.ts';
import type { ItemId } from '../../shared/ids.ts';
import type { Rating } from '../../shared/query.ts';
import { DEFAULT_PARAMETERS, factorize, orderByPopularity, weigh } from '../factorize.ts';
import type { Ratings } from '../ratings/ratings.ts';

/** Something that orders the catalogue for a person, best first, without what they rated. */
export interface Ranker {
  readonly name: string;
  rank(ratings: readonly Rating[], k: number): ItemId[];
}

/** PureSVD (Cremonesi, Koren & Turrin 2010) is the scaled SVD without its scaling, filter, prior and shrinkage. */
export const PURE_SVD: Omit<ModelParameters, 'rank' | 'seed'> = {
  ...DEFAULT_PARAMETERS,
  itemExponent: 0,
  userExponent: 0,
  softThreshold: 0,
  priorWeight: 0,
  shrinkage: 0,
};

/** Trains on `train` and ranks as every door does: the same Recommender over the same 8-bit kernel. @param kernel kernel.wasm. */
export async function trainRanker(name: string, train: Ratings, parameters: ModelParameters, kernel: Uint8Array<ArrayBuffer>): Promise<Ranker> {
  const { index, foldIn, itemOfRow, parameters: model } = factorize(train, parameters);
  const catalog = new Catalog(Array.from(itemOfRow, (item) => train.items[item]!));
  const manifest = { model, ratingScale: train.scale };
  const recommender = new Recommender({ manifest, factors: index, foldIn, catalog }, await KernelIndex.open(index, kernel));
  return { name, rank: (ratings, k) => recommender.recommend({ ratings, k }).items.map(({ item }) => item.id) };
}

/** The most rated items, by the sum of their weights: what everybody gets who is not known. */
export function popularityRanker(train: Ratings): Ranker {
  const catalog = new Catalog(Array.from(orderByPopularity(train, weigh(train)).itemOfRow, (item) => train.items[item]!));
  return {
    name: 'popularity',
    rank(ratings, k) {
      const rated = RowSet.of(catalog.items.length, ratings.map(({ item }) => catalog.rowOf(item)).filter((row) => row !== undefined));
      const ids: ItemId[] = [];
      for (let row = 0; row < catalog.items.length && ids.length < k; row++) if (!rated.has(row)) ids.push(catalog.items[row]!.id);
      return ids;
    },
  };
}

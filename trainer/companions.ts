import { writeMapTable } from '../shared/artifact/mapFile.ts';
import { writeOnboardingList } from '../shared/artifact/onboardingFile.ts';
import { writeStarsTable } from '../shared/artifact/starsFile.ts';
import type { Trained } from './factorize.ts';
import { layMap } from './map/tasteMap.ts';
import { askFirst } from './onboarding.ts';
import { readKernel } from './openModel.ts';
import type { Progress } from './progress.ts';
import type { Extras } from './publish.ts';
import type { Ratings } from './ratings/ratings.ts';
import { trainStars } from './stars.ts';

/**
 * What people want of a model besides the ten: which titles to ask first, which rating to expect, and a map.
 * @param map whether to lay out the map, which takes longest.
 */
export async function makeCompanions(ratings: Ratings, factors: Trained, { map }: { readonly map: boolean }, progress: Progress): Promise<Extras> {
  const { index, itemOfRow, foldIn, parameters } = factors;
  const { rows } = index;
  // Of one dimension there is no map, and no answer says more about a person than another.
  const oneForAll = parameters.kind === 'popularity';
  const extras: Extras = {};
  if (!oneForAll) extras.onboarding = writeOnboardingList({ rows, asked: askFirst(ratings, factors) });
  // Where all ratings are the same there is nothing to expect.
  if (ratings.rating.some((rating) => rating !== ratings.rating[0])) extras.stars = writeStarsTable(trainStars(ratings, itemOfRow));
  if (map && !oneForAll) {
    const items = Array.from(itemOfRow, (item) => ratings.items[item]!);
    const table = await layMap(index, foldIn.popularity, items, parameters.seed, await readKernel(), (part) => progress.update(`Map: ${Math.round(100 * part)} %`));
    extras.map = writeMapTable(table);
    progress.say(`Laid out the map: ${table.regions.length} regions`);
  }
  return extras;
}

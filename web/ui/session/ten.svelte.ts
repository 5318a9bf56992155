import type { ErrorAnswer } from '../../../shared/errors.ts';
import type { Rating, RatingScale, Recommendations, RecommendQuery } from '../../../shared/query.ts';
import type { RecommenderApi } from '../../api.ts';
import { toScale } from '../scale.ts';
import type { Engine } from './engine.svelte.ts';
import type { Library } from './library.svelte.ts';
import type { Steering } from './steering.svelte.ts';

const TEN = 10;

/** What a person's ratings are on a model's scale, without those that do not count for now. */
export const ratingsFor = (library: Library, steering: Steering, scale: RatingScale): Rating[] =>
  library.rated.flatMap(({ item, verdict }) =>
    verdict.kind === 'rated' && !steering.off.has(item.id) ? [{ item: item.id, rating: toScale(verdict.stars, scale) }] : [],
  );

/** The ten that follow from the ratings and the steering, asked anew at each change. */
export class Ten {
  recommendations = $state.raw<Recommendations | null>(null);
  /** The last question, if it was not answered. */
  failure = $state.raw<ErrorAnswer | null>(null);

  #turn = 0;

  constructor(
    private readonly api: RecommenderApi,
    private readonly engine: Engine,
    private readonly library: Library,
    private readonly steering: Steering,
  ) {}

  async ask(): Promise<void> {
    const { model } = this.engine;
    if (!model) return;
    const turn = ++this.#turn;
    const answer = await this.api.recommend(this.question(model.ratingScale));
    if (turn !== this.#turn) return; // a newer question is on its way
    this.failure = answer.ok ? null : answer.error;
    if (answer.ok) this.recommendations = answer.value;
  }

  question(scale: RatingScale): RecommendQuery {
    const { library, steering } = this;
    // What does not count is still rated, and rated films do not come.
    const left = [...(steering.hideSeen ? library.seen : []), ...library.dismissed].map(({ item }) => item.id);
    const exclude = [...left, ...steering.off];
    const { filter } = steering;
    return {
      ratings: ratingsFor(library, steering, scale),
      k: TEN,
      explain: true,
      ...(exclude.length > 0 && { exclude }),
      ...(filter && { filter }),
      ...(steering.popularity !== 0 && { popularity: steering.popularity }),
      ...(steering.variety !== 0 && { variety: steering.variety }),
    };
  }
}

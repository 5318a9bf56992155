import type { CatalogFacts } from '../../../shared/catalogFacts.ts';
import type { ErrorAnswer, Result } from '../../../shared/errors.ts';
import type { CatalogItem } from '../../../shared/query.ts';
import type { LocalRecommenderApi } from '../../api.ts';
import type { Store } from '../../store/store.ts';
import { Engine } from './engine.svelte.ts';
import { Library } from './library.svelte.ts';
import { Offers } from './offers.svelte.ts';
import { Search } from './search.svelte.ts';
import { Steering } from './steering.svelte.ts';
import { Ten } from './ten.svelte.ts';

/**
 * One person before one model, put together: whatever changes what they said or want has the ten asked anew.
 *
 * All state of the parts is raw: values are replaced, never changed in place, so that no proxy ever reaches the api,
 * whose answers and arguments cross threads.
 */
export class Session {
  readonly engine: Engine;
  readonly library: Library;
  readonly steering: Steering;
  readonly search: Search;
  readonly offers: Offers;
  readonly ten: Ten;
  /** What there is to choose from, once the model is there. */
  facts = $state.raw<CatalogFacts | null>(null);
  #opened: Promise<void> | null = null;
  /** Whether the model and the person have met: until then there is nothing to ask. */
  #met = false;

  constructor(
    readonly api: LocalRecommenderApi,
    store: Store,
    findModel: () => Promise<Result<string>>,
  ) {
    const ask = (): void => void (this.#met && this.ten.ask());
    this.engine = new Engine(api, findModel);
    this.library = new Library(store, ask, () => this.#meetPerson());
    this.steering = new Steering(this.library, ask, (genres) => {
      const strange = this.library.profile.without.filter((genre) => !this.#has(genre));
      void this.library.describe({ without: [...genres, ...strange] });
    });
    this.search = new Search(api);
    this.offers = new Offers(api, this.library);
    this.ten = new Ten(api, this.engine, this.library, this.steering);
  }

  /** Loads the model and what is kept, then asks the first questions. Also the way on after a failure. */
  async start(): Promise<void> {
    this.#opened ??= this.library.open();
    const [ready] = await Promise.all([this.engine.start(), this.#opened]);
    if (ready) await this.#meetModel();
  }

  /** Another model from now on. @returns why not, where the one before stays. */
  async change(manifestUrl: string, fresh = false): Promise<ErrorAnswer | null> {
    const changed = await this.engine.change(manifestUrl, fresh);
    if (!changed.ok) return changed.error;
    await this.#meetModel();
    return null;
  }

  readonly failure = $derived.by(() => this.ten.failure ?? this.search.failure ?? this.offers.failure);

  /** Asks again what has no answer. */
  async retry(): Promise<void> {
    const again = [this.ten.ask()];
    if (this.offers.failure) again.push(this.offers.ask());
    if (this.search.failure) again.push(this.search.ask(this.search.text));
    this.ten.failure = this.offers.failure = this.search.failure = null;
    await Promise.all(again);
  }

  /** @param stars 0.5 to 5, in halves; null takes the rating back. */
  rate(item: CatalogItem, stars: number | null, text?: string): void {
    void this.library.rate(item, stars, text);
    if (stars !== null) this.offers.bring(item);
  }

  async #meetModel(): Promise<void> {
    this.#met = false;
    await this.library.rename(async (films) => {
      const known = await this.api.match(films);
      return known.ok ? known.value.map(({ item }) => item) : films.map(() => null);
    });
    const askFacts = async (): Promise<void> => {
      const facts = await this.api.facts();
      if (facts.ok) this.facts = facts.value;
    };
    const facts = askFacts();
    // Nothing of a genre that is left out shows, not even at first.
    if (this.library.profile.without.length > 0) await facts;
    this.#met = true;
    this.steering.begin(this.#leftOut);
    await Promise.all([this.ten.ask(), this.offers.ask(), this.search.ask(this.search.text), facts]);
  }

  #meetPerson(): void {
    if (!this.#met) return;
    this.steering.begin(this.#leftOut);
    void this.ten.ask();
    void this.offers.ask();
  }

  /** The genres of this catalogue that the person leaves out. */
  get #leftOut(): readonly string[] {
    return this.library.profile.without.filter((genre) => this.#has(genre));
  }


  #has(genre: string): boolean {
    return this.facts?.genres.some(({ name }) => name === genre) ?? false;
  }
}

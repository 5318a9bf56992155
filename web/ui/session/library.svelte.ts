import type { ItemId } from '../../../shared/ids.ts';
import type { CatalogItem } from '../../../shared/query.ts';
import { filmKey, type Change, type FilmKey, type KeptFilm, type Verdict } from '../../store/keptFilm.ts';
import { FIRST_PROFILE, type Profile } from '../../store/profile.ts';
import type { Store, StoreChange, StoreTrouble } from '../../store/store.ts';

type Films = ReadonlyMap<FilmKey, KeptFilm>;

/** A change that can be taken back. */
export interface Done {
  /** What happened, in the words of the page. */
  readonly text: string;
  takeBack(): Promise<void>;
}

/** Finds what the loaded model calls films that were kept under another. Null where it has none of that name. */
export type Recognise = (films: readonly CatalogItem[]) => Promise<readonly (CatalogItem | null)[]>;

const newestFirst = (one: KeptFilm, other: KeptFilm): number => other.at - one.at;

/**
 * A person's films and what they think of them: shown at once, kept right after, in step with other tabs.
 * All state is raw: maps are replaced, never changed in place.
 */
export class Library {
  /** Whose films these are. */
  profile = $state.raw<Profile>(FIRST_PROFILE);
  /** What is kept. */
  #kept = $state.raw<Films>(new Map());
  /** "What if": the same, changed for now and never written. */
  #trial = $state.raw<Films | null>(null);
  /** What the loaded model calls a kept film; without it the film is not part of any question. */
  #names = $state.raw<ReadonlyMap<FilmKey, CatalogItem>>(new Map());
  /** Null while everything is kept. */
  trouble = $state.raw<StoreTrouble | null>(null);
  /** The last change that asked for a way back. */
  done = $state.raw<Done | null>(null);

  readonly #all = $derived([...(this.#trial ?? this.#kept).values()].sort(newestFirst));
  /** What the loaded model knows, by its own ids, newest first. */
  readonly known = $derived<ReadonlyMap<ItemId, KeptFilm>>(
    new Map(
      this.#all.flatMap((film) => {
        const item = this.#names.get(film.key);
        return item ? [[item.id, item === film.item ? film : { ...film, item }] as const] : [];
      }),
    ),
  );
  readonly rated = $derived(this.#of('rated'));
  readonly watchlist = $derived(this.#of('watchlist'));
  readonly seen = $derived(this.#of('seen'));
  readonly dismissed = $derived(this.#of('dismissed'));
  readonly unseen = $derived(this.#of('unseen'));
  /** Kept, but in no question while this model is loaded. */
  readonly strangers = $derived(this.#all.filter(({ key }) => !this.#names.has(key)));
  readonly isTrying = $derived(this.#trial !== null);

  readonly #store: Store;
  readonly #onChange: () => void;
  readonly #onProfile: () => void;
  /** Until then nobody knows whose films are to be written. */
  #opened: Promise<void> = Promise.resolve();
  #recognise: Recognise = (films) => Promise.resolve(films);

  /**
   * @param onChange what follows from the films has to be asked anew.
   * @param onProfile the films are somebody else's from now on, or the same person leaves out other genres.
   */
  constructor(store: Store, onChange: () => void, onProfile: () => void) {
    this.#store = store;
    this.#onChange = onChange;
    this.#onProfile = onProfile;
    this.trouble = store.trouble;
    store.watch((change) => void this.#follow(change));
  }

  /** Everything that is kept, for export. */
  get everything(): readonly KeptFilm[] {
    return [...this.#kept.values()].sort(newestFirst);
  }

  /** Reads what is kept: of whoever was here last. */
  open(): Promise<void> {
    return (this.#opened = this.#open());
  }

  async #open(): Promise<void> {
    const [profiles, settings] = await Promise.all([this.#store.profiles(), this.#store.settings()]);
    this.profile = profiles.find(({ id }) => id === settings.profile) ?? profiles[0];
    const kept = await this.#store.films(this.profile.id);
    // What was said while it was read is newer.
    this.#kept = new Map([...kept.map((film) => [film.key, film] as const), ...this.#kept]);
    await this.#name([...this.#kept.values()]);
    this.#onChange();
  }

  /** Another model answers from now on, and may call the films otherwise. */
  async rename(recognise: Recognise): Promise<void> {
    this.#recognise = recognise;
    this.#names = new Map();
    await this.#name([...(this.#trial ?? this.#kept).values()]);
  }

  stars(id: ItemId): number | null {
    const verdict = this.known.get(id)?.verdict;
    return verdict?.kind === 'rated' ? verdict.stars : null;
  }

  verdict(id: ItemId): Verdict['kind'] | null {
    return this.known.get(id)?.verdict.kind ?? null;
  }

  /**
   * @param verdict null forgets the film.
   * @param text what to say about it, with a way back. Without it nothing is said: the control is its own way back.
   */
  say(item: CatalogItem, verdict: Verdict | null, text?: string): Promise<void> {
    const key = filmKey(item);
    this.#names = new Map(this.#names).set(key, item);
    return this.#change([[key, verdict && { key, item, verdict, at: Date.now() }]], text);
  }

  /** @param stars 0.5 to 5, in halves; null takes the rating back. */
  rate(item: CatalogItem, stars: number | null, text?: string): Promise<void> {
    return this.say(item, stars === null ? null : { kind: 'rated', stars }, text);
  }

  /** Takes all ratings back. */
  clear(text: string): Promise<void> {
    return this.#change(this.rated.map(({ key }) => [key, null]), text);
  }

  /** Films from elsewhere, all together or none. */
  async add(films: readonly KeptFilm[], text: string): Promise<void> {
    await this.#name(films);
    await this.#change(films.map((film) => [film.key, film]), text);
  }

  async undo(): Promise<void> {
    const { done } = this;
    this.done = null;
    await done?.takeBack();
  }

  /** Somebody else's films from now on. What was tried is forgotten. */
  async use(profile: Profile): Promise<void> {
    await this.#show(profile);
    await this.#store.choose({ profile: profile.id });
  }

  async #show(profile: Profile): Promise<void> {
    const kept = await this.#store.films(profile.id);
    this.profile = profile;
    this.#trial = this.done = null;
    this.#kept = new Map(kept.map((film) => [film.key, film]));
    await this.#name(kept);
    this.#onProfile();
  }

  /** What the person is called, or leaves out. */
  async describe(change: Partial<Pick<Profile, 'name' | 'without'>>): Promise<void> {
    this.profile = { ...this.profile, ...change };
    this.trouble = await this.#store.saveProfile(this.profile);
  }

  /** From now on changes are tried, not kept. */
  tryOut(): void {
    this.#trial ??= this.#kept;
    this.done = null;
  }

  /** @param text what to say of the changes if they are kept; without it they are forgotten. */
  async endTrial(text?: (count: number) => string): Promise<void> {
    const trial = this.#trial;
    if (!trial) return;
    const changes = [...new Set([...trial.keys(), ...this.#kept.keys()])]
      .filter((key) => trial.get(key) !== this.#kept.get(key))
      .map((key): Change => [key, trial.get(key) ?? null]);
    this.#trial = null;
    this.done = null;
    if (text && changes.length > 0) await this.#change(changes, text(changes.length));
    else this.#onChange();
  }

  /** Deletes everything, here and in other tabs. */
  async forget(): Promise<void> {
    await this.#store.forget();
    await this.#show(FIRST_PROFILE);
  }

  #of(kind: Verdict['kind']): readonly KeptFilm[] {
    return [...this.known.values()].filter(({ verdict }) => verdict.kind === kind);
  }

  async #change(changes: readonly Change[], text?: string): Promise<void> {
    if (changes.length === 0) return;
    const films = this.#trial ?? this.#kept;
    const next = new Map(films);
    for (const [key, film] of changes) {
      if (film) next.set(key, film);
      else next.delete(key);
    }
    const before = changes.map(([key]): Change => [key, films.get(key) ?? null]);
    this.done = text === undefined ? null : { text, takeBack: () => this.#change(before) };
    if (this.#trial) this.#trial = next;
    else this.#kept = next;
    this.#onChange();
    if (this.#trial) return;
    await this.#opened;
    this.trouble = await this.#store.write(this.profile.id, changes);
  }

  async #name(films: readonly KeptFilm[]): Promise<void> {
    if (films.length === 0) return;
    const items = await this.#recognise(films.map(({ item }) => item));
    const names = new Map(this.#names);
    for (const [i, { key }] of films.entries()) {
      const item = items[i];
      if (item) names.set(key, item);
    }
    this.#names = names;
  }

  /** Another tab has changed something: the store has the truth. */
  async #follow(change: StoreChange): Promise<void> {
    if (change.kind === 'films') {
      if (change.profile === this.profile.id) await this.#read(change.keys);
      return;
    }
    const profiles = await this.#store.profiles();
    const same = profiles.find(({ id }) => id === this.profile.id);
    if (change.kind === 'everything' || !same) await this.#show(same ?? profiles[0]);
    else {
      const other = same.without.join() !== this.profile.without.join();
      this.profile = same;
      if (other) this.#onProfile();
    }
  }

  async #read(keys: readonly FilmKey[]): Promise<void> {
    const films = await Promise.all(keys.map((key) => this.#store.film(this.profile.id, key)));
    const next = new Map(this.#kept);
    for (const [i, key] of keys.entries()) {
      const film = films[i];
      if (film) next.set(key, film);
      else next.delete(key);
    }
    this.#kept = next;
    await this.#name(films.filter((film) => film !== null));
    this.#onChange();
  }
}

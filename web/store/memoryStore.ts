import type { Change, FilmKey, KeptFilm } from './keptFilm.ts';
import { FIRST_PROFILE, oldestFirst, type Profile, type ProfileId } from './profile.ts';
import type { Settings, Store, StoreTrouble } from './store.ts';

/** Keeps until the page closes: where the browser forbids more, and in tests. */
export class MemoryStore implements Store {
  readonly #profiles = new Map([[FIRST_PROFILE.id, FIRST_PROFILE]]);
  readonly #films = new Map<ProfileId, Map<FilmKey, KeptFilm>>();
  #settings: Settings = {};

  constructor(readonly trouble: StoreTrouble | null = null) {}

  profiles(): Promise<readonly Profile[]> {
    return Promise.resolve([...this.#profiles.values()].sort(oldestFirst));
  }

  saveProfile(profile: Profile, films: readonly KeptFilm[] = []): Promise<StoreTrouble | null> {
    this.#profiles.set(profile.id, profile);
    return this.write(profile.id, films.map((film) => [film.key, film]));
  }

  removeProfile(profile: ProfileId): Promise<void> {
    if (this.#profiles.size > 1 && this.#profiles.delete(profile)) this.#films.delete(profile);
    return Promise.resolve();
  }

  films(profile: ProfileId): Promise<readonly KeptFilm[]> {
    return Promise.resolve([...(this.#films.get(profile)?.values() ?? [])]);
  }

  film(profile: ProfileId, key: FilmKey): Promise<KeptFilm | null> {
    return Promise.resolve(this.#films.get(profile)?.get(key) ?? null);
  }

  write(profile: ProfileId, changes: readonly Change[]): Promise<StoreTrouble | null> {
    const films = this.#films.get(profile) ?? new Map<FilmKey, KeptFilm>();
    this.#films.set(profile, films);
    for (const [key, film] of changes) {
      if (film) films.set(key, film);
      else films.delete(key);
    }
    return Promise.resolve(this.trouble);
  }

  settings(): Promise<Settings> {
    return Promise.resolve(this.#settings);
  }

  choose(settings: Settings): Promise<void> {
    this.#settings = { ...this.#settings, ...settings };
    return Promise.resolve();
  }

  /** Nobody else sees it. */
  watch(): () => void {
    return () => undefined;
  }

  forget(): Promise<void> {
    this.#films.clear();
    this.#profiles.clear();
    this.#profiles.set(FIRST_PROFILE.id, FIRST_PROFILE);
    this.#settings = {};
    return Promise.resolve();
  }
}

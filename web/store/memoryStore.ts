import type { Change, FilmKey, KeptFilm } from './keptFilm.ts';
import type { Settings, Store, StoreTrouble } from './store.ts';

/** Keeps until the page closes: where the browser forbids more, and in tests. */
export class MemoryStore implements Store {
  readonly #films = new Map<FilmKey, KeptFilm>();
  #settings: Settings = {};

  constructor(readonly trouble: StoreTrouble | null = null) {}

  films(): Promise<readonly KeptFilm[]> {
    return Promise.resolve([...this.#films.values()]);
  }

  film(key: FilmKey): Promise<KeptFilm | null> {
    return Promise.resolve(this.#films.get(key) ?? null);
  }

  write(changes: readonly Change[]): Promise<StoreTrouble | null> {
    for (const [key, film] of changes) {
      if (film) this.#films.set(key, film);
      else this.#films.delete(key);
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
  watch(): void {}

  forget(): Promise<void> {
    this.#films.clear();
    this.#settings = {};
    return Promise.resolve();
  }
}

import type { Change, FilmKey, KeptFilm } from './keptFilm.ts';

/** What the person chose for the app itself. */
export interface Settings {
  readonly language?: string;
  readonly colours?: 'device' | 'light' | 'dark';
  /** Name of the model to start with. */
  readonly model?: string;
}

/** Why nothing, or no more, is kept. */
export type StoreTrouble = 'forbidden' | 'full';

/** Where a person's films and choices are kept. Every write is whole or not at all. */
export interface Store {
  /** Null while everything is kept. */
  readonly trouble: StoreTrouble | null;
  films(): Promise<readonly KeptFilm[]>;
  film(key: FilmKey): Promise<KeptFilm | null>;
  /** Together, in one transaction. @returns what went wrong, if anything did. */
  write(changes: readonly Change[]): Promise<StoreTrouble | null>;
  settings(): Promise<Settings>;
  choose(settings: Settings): Promise<void>;
  /** Calls back with the films that another tab has changed; null: any of them. */
  watch(listener: (keys: readonly FilmKey[] | null) => void): void;
  /** Deletes everything that was ever kept. */
  forget(): Promise<void>;
}

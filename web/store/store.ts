import type { Change, FilmKey, KeptFilm } from './keptFilm.ts';
import type { Profile, ProfileId } from './profile.ts';

/** Somebody who is known by a taste code alone. */
export interface Guest {
  readonly name: string;
  readonly code: string;
  /** Genres that they leave out. */
  readonly without: readonly string[];
}

/** What was chosen for the app itself. */
export interface Settings {
  readonly language?: string;
  readonly colours?: 'device' | 'light' | 'dark';
  /** Name of the model to start with. */
  readonly model?: string;
  /** Who was here last. */
  readonly profile?: ProfileId;
  /** The person's own key for posters of TMDB's; with it they show. */
  readonly tmdbKey?: string | undefined;
  /** Friends who watch along by their taste codes. */
  readonly guests?: readonly Guest[];
}

/** Why nothing, or no more, is kept. */
export type StoreTrouble = 'forbidden' | 'full';

/** What another tab has changed. */
export type StoreChange =
  | { readonly kind: 'films'; readonly profile: ProfileId; readonly keys: readonly FilmKey[] }
  /** Somebody came, went, or is called otherwise. */
  | { readonly kind: 'profiles' }
  | { readonly kind: 'everything' };

/** Where people's films and choices are kept. Every write is whole or not at all. */
export interface Store {
  /** Null while everything is kept. */
  readonly trouble: StoreTrouble | null;
  /** In the order that they came. Always somebody. */
  profiles(): Promise<readonly Profile[]>;
  /** Somebody new, with their films, or somebody known whose name or choices changed. @returns what went wrong, if anything did. */
  saveProfile(profile: Profile, films?: readonly KeptFilm[]): Promise<StoreTrouble | null>;
  /** With all their films. The last one stays. */
  removeProfile(profile: ProfileId): Promise<void>;
  films(profile: ProfileId): Promise<readonly KeptFilm[]>;
  film(profile: ProfileId, key: FilmKey): Promise<KeptFilm | null>;
  /** Together, in one transaction. @returns what went wrong, if anything did. */
  write(profile: ProfileId, changes: readonly Change[]): Promise<StoreTrouble | null>;
  settings(): Promise<Settings>;
  choose(settings: Settings): Promise<void>;
  /** Calls back with what another tab has changed. @returns how to stop that. */
  watch(listener: (change: StoreChange) => void): () => void;
  /** Deletes everything that was ever kept. */
  forget(): Promise<void>;
}

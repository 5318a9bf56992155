export type ProfileId = string;

/** Somebody who uses this device. Each has their own ratings and lists. */
export interface Profile {
  readonly id: ProfileId;
  /** What they are called; '' for the first one until they say. */
  readonly name: string;
  /** Genres that they leave out. */
  readonly without: readonly string[];
  /** When they came, in ms since 1970: the order that they are listed in. */
  readonly since: number;
}

/** Whose everything is until there is a second person. */
export const FIRST_PROFILE: Profile = { id: 'first', name: '', without: [], since: 0 };

export const oldestFirst = (one: Profile, other: Profile): number => one.since - other.since;

import type { ItemId } from '../../../shared/ids.ts';
import type { Filter } from '../../../shared/query.ts';
import type { Library } from './library.svelte.ts';

export type GenreWish = 'in' | 'out' | 'either';

/** What a person wants of the ten besides their taste. Kept until the page closes, but for the genres that they leave out. */
export class Steering {
  genres = $state.raw<ReadonlyMap<string, 'in' | 'out'>>(new Map());
  /** The first years of the first and the last decade that films may be from; null: all. */
  decades = $state.raw<{ readonly first: number; readonly last: number } | null>(null);
  /** -1: surprising, 1: what everybody likes. */
  popularity = $state.raw(0);
  /** 0 to 1: how unlike each other. */
  variety = $state.raw(0);
  onlyWatchlist = $state.raw(false);
  hideSeen = $state.raw(true);
  /** Ratings that do not count for now. */
  off = $state.raw<ReadonlySet<ItemId>>(new Set());

  readonly isFree = $derived(this.genres.size === 0 && this.decades === null && !this.onlyWatchlist && this.hideSeen && this.popularity === 0 && this.variety === 0);

  readonly #library: Library;
  readonly #onChange: () => void;
  readonly #onLeaveOut: (genres: readonly string[]) => void;

  /** @param onLeaveOut called with all the genres that are left out, where these changed. */
  constructor(library: Library, onChange: () => void, onLeaveOut: (genres: readonly string[]) => void = () => undefined) {
    this.#library = library;
    this.#onChange = onChange;
    this.#onLeaveOut = onLeaveOut;
  }

  /** All in again, but for genres that a person left out before. */
  begin(without: readonly string[]): void {
    this.#loosen();
    this.off = new Set();
    this.genres = new Map(without.map((genre) => [genre, 'out']));
  }

  wish(genre: string): GenreWish {
    return this.genres.get(genre) ?? 'either';
  }

  /** Either, in, out, and round again. */
  turnGenre(genre: string): void {
    const next = new Map(this.genres);
    const wish = this.wish(genre);
    if (wish === 'out') next.delete(genre);
    else next.set(genre, wish === 'either' ? 'in' : 'out');
    this.genres = next;
    if (wish !== 'either') this.#onLeaveOut(this.#wished('out'));
    this.#onChange();
  }

  /** Outside the span it grows to the decade, at an end it shrinks, inside it becomes that decade alone. */
  turnDecade(decade: number): void {
    this.decades = turned(this.decades, decade);
    this.#onChange();
  }

  /** Leaves a rating out of the question, or takes it in again. */
  turnRating(id: ItemId): void {
    this.off = toggled(this.off, id);
    this.#onChange();
  }

  countAll(): void {
    this.off = new Set();
    this.#onChange();
  }

  set(wishes: Partial<Pick<Steering, 'onlyWatchlist' | 'hideSeen' | 'popularity' | 'variety'>>): void {
    this.popularity = wishes.popularity ?? this.popularity;
    this.variety = wishes.variety ?? this.variety;
    this.onlyWatchlist = wishes.onlyWatchlist ?? this.onlyWatchlist;
    this.hideSeen = wishes.hideSeen ?? this.hideSeen;
    this.#onChange();
  }

  /** Lets everything in again. */
  reset(): void {
    const leftOut = this.#wished('out').length > 0;
    this.#loosen();
    if (leftOut) this.#onLeaveOut([]);
    this.#onChange();
  }

  /** As a part of a question; undefined while everything may come. */
  get filter(): Filter | undefined {
    const [inside, outside] = [this.#wished('in'), this.#wished('out')];
    const filter: Filter = {
      ...(inside.length > 0 && { genres: inside }),
      ...(outside.length > 0 && { withoutGenres: outside }),
      ...(this.years && { years: this.years }),
      ...(this.onlyWatchlist && { only: this.#library.watchlist.map(({ item }) => item.id) }),
    };
    return Object.keys(filter).length > 0 ? filter : undefined;
  }

  /** Inclusive; null: all. */
  get years(): { readonly from: number; readonly to: number } | null {
    return this.decades && { from: this.decades.first, to: this.decades.last + 9 };
  }

  #wished(wish: 'in' | 'out'): string[] {
    return [...this.genres].filter(([, own]) => own === wish).map(([genre]) => genre);
  }

  #loosen(): void {
    this.genres = new Map();
    this.decades = null;
    this.onlyWatchlist = false;
    this.popularity = this.variety = 0;
    this.hideSeen = true;
  }
}

type Span = Steering['decades'];

function turned(span: Span, decade: number): Span {
  if (!span) return { first: decade, last: decade };
  const { first, last } = span;
  if (decade < first) return { first: decade, last };
  if (decade > last) return { first, last: decade };
  if (first === last) return null;
  if (decade === first) return { first: decade + 10, last };
  if (decade === last) return { first, last: decade - 10 };
  return { first: decade, last: decade };
}

function toggled<T>(set: ReadonlySet<T>, value: T): ReadonlySet<T> {
  const next = new Set(set);
  if (!next.delete(value)) next.add(value);
  return next;
}

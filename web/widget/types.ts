// The widget's public types. The build copies this file as framerate-widget.d.ts: it imports nothing, and holds types alone.

/** A film's name in the data that the model was trained on. */
export type FilmId = string | number;

export interface Film {
  readonly id: FilmId;
  readonly title: string;
  readonly year: number | null;
  readonly genres: readonly string[];
  /** "tt0133093" form. */
  readonly imdbId: string | null;
  readonly tmdbId: number | null;
}

export interface FilmRating {
  readonly item: FilmId;
  /** On the model's scale. */
  readonly rating: number;
}

/** A rating that the page brings along. */
export interface SeedRating {
  readonly item: FilmId;
  /** On the model's scale. Default: its top, "liked". */
  readonly rating?: number;
}

export interface RecommendedFilm {
  readonly item: Film;
  /** Orders films, has no unit. In mode `similar`: the cosine of the two films' factors. */
  readonly score: number;
  /** Which ratings speak for it, largest share first. */
  readonly because?: readonly { readonly item: FilmId; readonly title: string; readonly share: number }[];
}

export interface WidgetRecommendations {
  /** Best first. */
  readonly items: readonly RecommendedFilm[];
  /** `popular` while no known film is rated; `similar` in that mode. */
  readonly basis: 'ratings' | 'popular' | 'similar';
}

/** The question that every door of FrameRate takes: docs/api.md has its fields. */
export interface WidgetQuery {
  readonly ratings: readonly FilmRating[];
  readonly k?: number;
  readonly exclude?: readonly FilmId[];
  readonly filter?: {
    readonly genres?: readonly string[];
    readonly withoutGenres?: readonly string[];
    readonly years?: { readonly from?: number; readonly to?: number };
    readonly only?: readonly FilmId[];
  };
  /** 0 to 1. */
  readonly variety?: number;
  /** -1, surprising, to 1, popular. */
  readonly popularity?: number;
}

export interface WidgetModel {
  readonly name: string;
  /** Changes whenever any byte of the model does. */
  readonly modelId: string;
  readonly items: number;
  readonly ratingScale: { readonly min: number; readonly max: number };
  /** "WebAssembly SIMD" or "plain JavaScript". */
  readonly engine: string;
  /** A sentence that the data's licence asks for; the widget shows it. */
  readonly attribution: string | null;
}

/** `rate`: asks about films, and recommends by the answers. `similar`: films like `item`. `top`: by `items`, without asking. */
export type WidgetMode = 'rate' | 'similar' | 'top';
export type WidgetTheme = 'light' | 'dark' | 'auto';

export interface WidgetEvents {
  /** The model is loaded, or another one is. */
  ready: CustomEvent<WidgetModel>;
  /** Other films are shown. */
  recommendations: CustomEvent<WidgetRecommendations>;
  /** Somebody rated a film, or took the rating back (null). `ratings`: all that count now. */
  rate: CustomEvent<{ readonly item: FilmId; readonly rating: number | null; readonly ratings: readonly FilmRating[] }>;
  /** Somebody chose a film. `preventDefault()` keeps its link from being followed. */
  select: CustomEvent<{ readonly item: Film; readonly href: string }>;
  /** The only one that does not bubble. */
  error: CustomEvent<{ readonly code: string; readonly message: string }>;
}

export interface WidgetProperties {
  /** Address of a model's manifest.json, as the page writes it. */
  src: string;
  /** How many films, 1 to 1000. Default 10. */
  limit: number;
  mode: WidgetMode;
  /** The film that the page is about: `similar` shows films like it, `rate` asks about it first. */
  item: FilmId | null;
  /** What the page knows of the person. As an attribute "260:5 1196:4.5 541". */
  items: readonly SeedRating[];
  /** Default: the `color-scheme` of the page. `auto`: that of the device. */
  theme: WidgetTheme | null;
  /** Where a film's title leads: "/films/{id}"; also {imdbId}, {tmdbId}, {title}, {year}. */
  linkTemplate: string | null;
  /** Whether ratings are kept in this browser, for this page's origin. Default false: nothing is stored. */
  remember: boolean;
  /** Default: what fits the films that are shown. */
  heading: string | null;
  readonly model: WidgetModel | null;
  /** What is shown. */
  readonly recommendations: WidgetRecommendations | null;
  /** All that count: of `items` and of the person. */
  readonly ratings: readonly FilmRating[];
  /** Rates a film for the person; null takes it back. */
  rate(item: FilmId, rating: number | null): void;
  /** Forgets what the person rated, here and, with `remember`, in this browser. */
  clear(): void;
  /** Loads the model anew, for example after an error. */
  reload(): void;
  /** Asks the model, without showing the answer. @throws an Error with a `code`, such as `BAD_QUERY`. */
  recommend(query: WidgetQuery): Promise<WidgetRecommendations>;
}

export interface FramerateWidgetElement extends HTMLElement, WidgetProperties {
  addEventListener<Name extends keyof WidgetEvents>(type: Name, listener: (this: this, event: WidgetEvents[Name]) => void, options?: boolean | AddEventListenerOptions): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
  removeEventListener<Name extends keyof WidgetEvents>(type: Name, listener: (this: this, event: WidgetEvents[Name]) => void, options?: boolean | EventListenerOptions): void;
  removeEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | EventListenerOptions): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'framerate-widget': FramerateWidgetElement;
  }
}

import { FrameRateError, type ErrorAnswer, type Result } from '../../shared/errors.ts';
import { itemId } from '../../shared/ids.ts';
import type { CatalogItem, RatingScale, RecommendQuery } from '../../shared/query.ts';
import { readTitle } from '../../shared/readTitle.ts';
import type { EngineStatus, ModelInfo } from '../api.ts';
import { fromScale, toScale } from '../ui/scale.ts';
import { setAttribute } from './dom.ts';
import { takeLease, type Lease } from './engine/lease.ts';
import { linkFor } from './link.ts';
import { recall, remember } from './memory.ts';
import { readId, readSeeds } from './seeds.ts';
import type { FilmId, FilmRating, SeedRating, WidgetEvents, WidgetMode, WidgetProperties, WidgetQuery, WidgetRecommendations, WidgetTheme } from './types.ts';
import { View } from './view.ts';
import { failureText, wordsFor, type Words } from './words.ts';

/** What takes less time than this is not worth telling of. */
const PATIENCE_MS = 300;

/** So far outside the window a widget begins to load. */
const AHEAD = '200px';

/** Films that are asked about, at the most. */
const MOST_ASKED = 100;

/** What the properties are called as attributes, for those that a page may have set before this script ran. */
const PROPERTIES = ['src', 'limit', 'mode', 'item', 'items', 'theme', 'linkTemplate', 'remember', 'heading'] as const;

/** An answer, as it is shown. */
interface Shown {
  readonly recommendations: WidgetRecommendations;
  readonly heading: string;
  readonly computeMs: number | null;
}

// On a server, where frameworks import this too, there are no elements, and none is made.
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

/** `<framerate-widget>`: what its attributes, properties, events and methods mean is said in types.ts and docs/widget.md. */
export class FramerateWidget extends Base implements WidgetProperties {
  static readonly observedAttributes = ['src', 'limit', 'mode', 'item', 'items', 'lang', 'link-template', 'remember', 'heading'];

  #view: View | null = null;
  #observer: IntersectionObserver | null = null;
  /** Was near the window once. */
  #seen = false;
  #lease: Lease | null = null;
  #leasedUrl: string | null = null;
  #model: ModelInfo | null = null;
  #shown: Shown | null = null;
  /** Counts questions: the answer to an older one is not shown. */
  #turn = 0;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #updating = false;

  /** By property; else they are in the attribute. */
  #items: readonly SeedRating[] | null = null;
  /** What the person rated, by id as text. */
  readonly #own = new Map<string, FilmRating>();
  /** Films to ask about, once known; for which film of the page. */
  #offers: { readonly about: FilmId | null; readonly films: readonly CatalogItem[] } | null = null;
  #asked: CatalogItem | null = null;
  readonly #skipped = new Set<string>();

  connectedCallback(): void {
    if (!this.#view) {
      for (const name of PROPERTIES) {
        if (!Object.hasOwn(this, name)) continue;
        const value = this[name];
        Reflect.deleteProperty(this, name);
        Object.assign(this, { [name]: value });
      }
      this.#view = new View(this.shadowRoot ?? this.attachShadow({ mode: 'open' }), () => this.#words, {
        rate: (stars) => this.#rateAsked(stars),
        skip: () => this.#skip(),
        startOver: () => {
          this.clear();
          this.#view?.focusStars();
        },
        retry: () => this.reload(),
        select: (item, href) => this.#emit('select', { item, href }, { cancelable: true }),
      });
    }
    this.#view.heading(this.heading ?? this.#words.forYou);
    if (this.#seen) return this.#open();
    this.#observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) this.#open();
      },
      { rootMargin: AHEAD },
    );
    this.#observer.observe(this);
  }

  disconnectedCallback(): void {
    this.#observer?.disconnect();
    this.#observer = null;
    this.#leave();
  }

  attributeChangedCallback(name: string): void {
    if (name === 'items') this.#items = null;
    this.#update();
  }

  get src(): string {
    return this.getAttribute('src') ?? '';
  }
  set src(value: string) {
    setAttribute(this, 'src', value || null);
  }

  get limit(): number {
    return Number(this.getAttribute('limit') ?? 10);
  }
  set limit(value: number) {
    setAttribute(this, 'limit', value);
  }

  get mode(): WidgetMode {
    const mode = this.getAttribute('mode');
    return mode === 'similar' || mode === 'top' ? mode : 'rate';
  }
  set mode(value: WidgetMode) {
    setAttribute(this, 'mode', value);
  }

  get item(): FilmId | null {
    const id = this.getAttribute('item');
    return id === null ? null : readId(id);
  }
  set item(value: FilmId | null) {
    setAttribute(this, 'item', value);
  }

  get items(): readonly SeedRating[] {
    return this.#items ?? readSeeds(this.getAttribute('items') ?? '');
  }
  set items(value: readonly SeedRating[]) {
    this.#items = [...value];
    this.#update();
  }

  get theme(): WidgetTheme | null {
    const theme = this.getAttribute('theme');
    return theme === 'light' || theme === 'dark' || theme === 'auto' ? theme : null;
  }
  set theme(value: WidgetTheme | null) {
    setAttribute(this, 'theme', value);
  }

  get linkTemplate(): string | null {
    return this.getAttribute('link-template');
  }
  set linkTemplate(value: string | null) {
    setAttribute(this, 'link-template', value);
  }

  get remember(): boolean {
    return this.hasAttribute('remember');
  }
  set remember(value: boolean) {
    setAttribute(this, 'remember', value);
  }

  get heading(): string | null {
    return this.getAttribute('heading');
  }
  set heading(value: string | null) {
    setAttribute(this, 'heading', value);
  }

  get model(): ModelInfo | null {
    return this.#model;
  }

  get recommendations(): WidgetRecommendations | null {
    return this.#shown?.recommendations ?? null;
  }

  get ratings(): readonly FilmRating[] {
    const all = new Map<string, FilmRating>();
    const liked = this.#model?.ratingScale.max;
    for (const { item, rating = liked } of this.items) if (rating !== undefined) all.set(String(item), { item, rating });
    for (const [id, rating] of this.#own) all.set(id, rating);
    return [...all.values()];
  }

  rate(item: FilmId, rating: number | null): void {
    if (rating === null) this.#own.delete(String(item));
    else this.#own.set(String(item), { item, rating });
    this.#ratingsChanged();
  }

  clear(): void {
    this.#own.clear();
    this.#skipped.clear();
    this.#asked = null;
    this.#ratingsChanged();
  }

  reload(): void {
    this.#shown = null;
    if (this.#lease) this.#lease.reload();
    else this.#open();
  }

  async recommend(query: WidgetQuery): Promise<WidgetRecommendations> {
    this.#open();
    const lease = this.#lease;
    if (!lease) throw new FrameRateError('NOT_READY', 'The widget has no model to ask: it needs src, and a place in the page.');
    // A page's ids are any text or number, as ours are before they come through a door.
    const answer = await lease.ask((api) => api.recommend(query as RecommendQuery));
    if (!answer.ok) throw new FrameRateError(answer.error.code, this.#sentence(answer.error), answer.error.pointer);
    return answer.value;
  }

  get #words(): Words {
    const own = this.closest('[lang]') ?? document.documentElement;
    return wordsFor(own.getAttribute('lang') || navigator.language);
  }

  #emit<Name extends keyof WidgetEvents>(name: Name, detail: WidgetEvents[Name]['detail'], options: EventInit = {}): boolean {
    return this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, ...options }));
  }

  /** Once, whatever number of attributes change at a time. */
  #update(): void {
    if (this.#updating) return;
    this.#updating = true;
    queueMicrotask(() => {
      this.#updating = false;
      if (!this.isConnected || !this.#view) return;
      this.#view.speak();
      if (this.#seen) this.#open();
      void this.#refresh();
    });
  }

  /** From now on this widget shows what is at `src`. */
  #open(): void {
    this.#seen = true;
    this.#observer?.disconnect();
    if (!this.isConnected || !this.src) return;
    if (!URL.canParse(this.src, document.baseURI)) return this.#fail({ code: 'BAD_QUERY', message: `src="${this.src}" is no address.` });
    const url = new URL(this.src, document.baseURI).href;
    if (url === this.#leasedUrl) return;
    this.#leave();
    if (this.remember) for (const rating of recall(url)) this.#own.set(String(rating.item), rating);
    this.#leasedUrl = url;
    this.#lease = takeLease(url, (status) => this.#onStatus(status));
  }

  #leave(): void {
    clearTimeout(this.#patience);
    this.#lease?.release();
    this.#lease = null;
    this.#leasedUrl = null;
    this.#turn++;
  }

  #onStatus(status: EngineStatus): void {
    switch (status.kind) {
      case 'idle':
        return;
      case 'loading': {
        const { receivedBytes, totalBytes } = status;
        const tell = (): void => this.#view?.loading(totalBytes > 0 ? receivedBytes / totalBytes : 0);
        if (this.#shown) return; // it stays until there is something better
        clearTimeout(this.#patience);
        this.#patience = setTimeout(tell, PATIENCE_MS);
        return;
      }
      case 'ready': {
        clearTimeout(this.#patience);
        const isNew = this.#model?.modelId !== status.model.modelId;
        this.#model = status.model;
        if (isNew) {
          this.#offers = null;
          this.#emit('ready', status.model);
        }
        if (isNew || !this.#shown) void this.#refresh();
        return;
      }
      case 'failed':
        return this.#fail(status.error);
      default:
        status satisfies never;
    }
  }

  #fail(error: ErrorAnswer): void {
    clearTimeout(this.#patience);
    this.#shown = null;
    this.#view?.fail(error);
    this.#emit('error', { code: error.code, message: this.#sentence(error) }, { bubbles: false });
  }

  /** What is wrong with a model's files comes without a message (build/bundle.ts). */
  #sentence({ code, message }: ErrorAnswer): string {
    return message || failureText(this.#words, code, message).join(' ');
  }

  /** @param tell those who do not see the films about them. */
  async #refresh(tell = false): Promise<void> {
    const lease = this.#lease;
    const model = this.#model;
    if (!lease || !model) return;
    const turn = ++this.#turn;
    const answer = await this.#answer(lease, model.ratingScale);
    if (turn !== this.#turn) return;
    if (!answer.ok) return this.#fail(answer.error);
    const { recommendations, heading, computeMs } = (this.#shown = answer.value);
    const films = recommendations.items.map(({ item }) => item as CatalogItem);
    this.#view?.show({
      films,
      heading: this.heading ?? heading,
      href: (film) => linkFor(this.linkTemplate, film, document.baseURI),
      computeMs,
      attribution: model.attribution,
    });
    this.#showAsked();
    if (tell) this.#view?.announce(films);
    this.#emit('recommendations', recommendations);
  }

  async #answer(lease: Lease, scale: RatingScale): Promise<Result<Shown>> {
    const words = this.#words;
    const { item: about, limit: k, mode } = this;
    try {
      if (mode === 'similar') {
        if (about === null) throw new FrameRateError('BAD_QUERY', 'mode="similar" needs item="…", the id of a film.', '/item');
        const [film, similar] = await Promise.all([lease.ask((api) => api.item(itemId(about))), lease.ask((api) => api.similar({ item: itemId(about), k }))]);
        if (!film.ok) return film;
        if (!similar.ok) return similar;
        const items = similar.value.map(({ item, similarity }) => ({ item, score: similarity }));
        return { ok: true, value: { recommendations: { items, basis: 'similar' }, heading: words.like(readTitle(film.value.title).title), computeMs: null } };
      }
      if (mode === 'rate') {
        const offers = await this.#offer(lease, about);
        if (!offers.ok) return offers;
      }
      const ratings = this.ratings.map(({ item, rating }) => ({ item: itemId(item), rating: Math.min(scale.max, rating) }));
      const found = await lease.ask((api) => api.recommend({ ratings, k, explain: true, ...(about !== null && { exclude: [itemId(about)] }) }));
      if (!found.ok) return found;
      const { items, basis, computeMs } = found.value;
      return { ok: true, value: { recommendations: { items, basis }, heading: basis === 'popular' ? words.popular : words.forYou, computeMs } };
    } catch (error) {
      if (!(error instanceof FrameRateError)) throw error;
      return { ok: false, error: { code: error.code, message: error.message } };
    }
  }

  /** Finds out which films to ask about: first the one that the page is about. */
  async #offer(lease: Lease, about: FilmId | null): Promise<Result<unknown>> {
    if (this.#offers?.about === about) return { ok: true, value: null };
    const [list, own] = await Promise.all([lease.ask((api) => api.onboarding(MOST_ASKED)), about === null ? null : lease.ask((api) => api.item(itemId(about)))]);
    if (!list.ok) return list;
    if (own && !own.ok) return own;
    this.#offers = { about, films: own ? [own.value, ...list.value.filter(({ id }) => id !== own.value.id)] : list.value };
    this.#asked = null;
    return list;
  }

  #showAsked(): void {
    const { mode } = this;
    if (mode === 'rate' && !this.#asked) {
      const known = new Set([...this.#skipped, ...this.ratings.map(({ item }) => String(item))]);
      this.#asked = this.#offers?.films.find(({ id }) => !known.has(String(id))) ?? null;
    }
    const film = mode === 'rate' ? this.#asked : null;
    const rating = film && this.#own.get(String(film.id))?.rating;
    this.#view?.ask(film && { film, stars: rating == null || !this.#model ? null : fromScale(rating, this.#model.ratingScale), rated: this.#own.size > 0 });
  }

  #rateAsked(stars: number | null): void {
    if (!this.#asked || !this.#model) return;
    const { id } = this.#asked;
    const rating = stars === null ? null : toScale(stars, this.#model.ratingScale);
    this.rate(id, rating);
    this.#emit('rate', { item: id, rating, ratings: this.ratings });
  }

  #skip(): void {
    if (!this.#asked) return;
    this.#skipped.add(String(this.#asked.id));
    this.#asked = null;
    this.#showAsked();
  }

  #ratingsChanged(): void {
    if (this.remember && this.#leasedUrl) remember(this.#leasedUrl, [...this.#own.values()]);
    this.#showAsked();
    void this.#refresh(true);
  }
}

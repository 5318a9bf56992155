import { readTitle } from '../../shared/readTitle.ts';
import type { CatalogItem } from '../../shared/query.ts';
import { layoutLarge } from '../ui/covers/large.ts';
import { drawLayout, type CoverLayout } from '../ui/covers/layout.ts';
import { layoutStamp } from '../ui/covers/stamp.ts';
import { deviceMeasure } from '../ui/covers/widths.ts';
import { html, setAttribute, svgFrom } from './dom.ts';
import { createStars } from './stars.ts';
import css from './widget.css?inline';
import { failureText, milliseconds, type Words } from './words.ts';
import type { ErrorAnswer } from '../../shared/errors.ts';

/** What a view tells of the person. */
export interface Acts {
  rate(stars: number | null): void;
  /** On to the next film. */
  skip(): void;
  startOver(): void;
  retry(): void;
  /** @returns whether the link may be followed. */
  select(film: CatalogItem, href: string): boolean;
}

/** One film that is asked about. */
export interface AskedFilm {
  readonly film: CatalogItem;
  readonly stars: number | null;
  /** Whether anything was rated that "Start over" would forget. */
  readonly rated: boolean;
}

export interface ShownFilms {
  readonly films: readonly CatalogItem[];
  readonly heading: string;
  /** Where a film's title leads. */
  href(film: CatalogItem): string | null;
  /** What took the time; null: nothing to say. */
  readonly computeMs: number | null;
  readonly attribution: string | null;
}

/** One pixel a millisecond: the whole rule is one film frame. */
const FRAME_MS = 42;

const cover = (layout: CoverLayout): HTMLElement => html('span', { class: 'cover', part: 'cover', 'aria-hidden': 'true' }, svgFrom(drawLayout(layout)));

let measure: ReturnType<typeof deviceMeasure> | undefined;
const measured = (): ReturnType<typeof deviceMeasure> => (measure ??= deviceMeasure());

/** One style sheet for all widgets, which a policy of the page has no say in: it is no inline style. */
let sheet: CSSStyleSheet | undefined;
function styled(root: ShadowRoot): void {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
  }
  root.adoptedStyleSheets = [sheet];
}

/** The widget's elements, and what is written into them. Knows nothing of models. */
export class View {
  readonly #words: () => Words;
  readonly #acts: Acts;
  readonly #heading = html('h2', { part: 'heading' });
  readonly #count = html('span', { class: 'meta', part: 'count' });
  readonly #note = html('div', { class: 'note', part: 'note', hidden: true });
  readonly #list = html('ul', { class: 'films', part: 'list' });
  readonly #empty = html('div', { class: 'empty', part: 'empty', hidden: true });
  readonly #emptyText = html('p');
  readonly #loading = html('p', { class: 'meta loading', part: 'loading', hidden: true });
  readonly #ask = html('div', { class: 'ask', part: 'ask', hidden: true });
  readonly #askCover = html('div', { class: 'small' });
  readonly #askTitle = html('p', { class: 'title', part: 'ask-title', dir: 'auto' });
  readonly #skip = html('button', { type: 'button', class: 'word', part: 'button' });
  readonly #startOver = html('button', { type: 'button', class: 'word', part: 'button' });
  readonly #stays = html('span');
  readonly #clock = html('p', { class: 'clock', part: 'clock', hidden: true });
  readonly #mark = html('i');
  readonly #time = html('b');
  readonly #attribution = html('p', { class: 'attribution', part: 'attribution', hidden: true });
  readonly #news = html('p', { class: 'hidden', role: 'status' });
  readonly #frame = html('section', { class: 'widget', part: 'widget' });
  readonly #stars = createStars((stars) => this.#acts.rate(stars));

  constructor(root: ShadowRoot, words: () => Words, acts: Acts) {
    this.#words = words;
    this.#acts = acts;
    styled(root);
    this.#skip.addEventListener('click', () => acts.skip());
    this.#startOver.addEventListener('click', () => acts.startOver());
    this.#empty.append(html('slot', { name: 'empty' }, this.#emptyText));
    this.#ask.append(this.#askCover, html('div', {}, this.#askTitle, html('div', { class: 'line' }, this.#stars.element, this.#skip, this.#startOver)));
    this.#clock.append(html('span', { class: 'rule', 'aria-hidden': 'true' }, this.#mark), this.#time);
    this.#frame.append(
      html('header', { part: 'header' }, html('slot', { name: 'heading' }, this.#heading), this.#count),
      this.#note,
      this.#list,
      this.#empty,
      this.#loading,
      this.#ask,
      html('footer', { part: 'footer' }, html('p', {}, html('span', { class: 'brand' }, 'FrameRate'), ' · ', this.#stays), this.#clock, this.#attribution),
      this.#news,
    );
    root.append(this.#frame);
    this.speak();
  }

  /** The words that do not depend on films. */
  speak(): void {
    const words = this.#words();
    setAttribute(this.#frame, 'lang', words.locale);
    setAttribute(this.#frame, 'aria-label', words.label);
    this.#stays.textContent = words.stays;
    this.#emptyText.textContent = words.none;
    this.#startOver.textContent = words.startOver;
    setAttribute(this.#clock, 'title', words.frame);
  }

  heading(text: string): void {
    this.#heading.textContent = text;
  }

  /** @param part 0 to 1; null: no longer. */
  loading(part: number | null): void {
    this.#loading.hidden = part === null;
    if (part !== null) {
      this.#note.hidden = true;
      this.#loading.textContent = this.#words().loading(Math.round(part * 100));
    }
  }

  fail({ code, message }: ErrorAnswer): void {
    const words = this.#words();
    const [what, then] = failureText(words, code, message);
    const retry = html('button', { type: 'button', class: 'button', part: 'button' }, words.retry);
    retry.addEventListener('click', () => this.#acts.retry());
    this.#note.replaceChildren(html('p', { role: 'alert' }, html('b', {}, what), ' ', then), retry);
    this.#note.hidden = false;
    this.loading(null);
  }

  show({ films, heading, href, computeMs, attribution }: ShownFilms): void {
    const words = this.#words();
    this.loading(null);
    this.#note.hidden = true;
    this.heading(heading);
    this.#count.textContent = words.films(films.length);
    const rows = films.map((film) => this.#row(film, href(film)));
    this.#list.replaceChildren(...rows);
    this.#list.hidden = films.length === 0;
    this.#empty.hidden = films.length > 0;
    // Without links there is nothing in it to reach what the keyboard must scroll to.
    const isDead = films.length > 0 && !this.#list.querySelector('a');
    setAttribute(this.#list, 'tabindex', isDead && 0);
    setAttribute(this.#list, 'aria-label', isDead && heading);
    this.#clock.hidden = computeMs === null;
    if (computeMs !== null) {
      this.#mark.style.width = `${Math.min(FRAME_MS, Math.max(2, computeMs))}px`;
      this.#time.textContent = milliseconds(words, computeMs);
    }
    this.#attribution.hidden = !attribution;
    this.#attribution.textContent = attribution;
  }

  focusStars(): void {
    this.#stars.focus();
  }

  /** For those who do not see that other films are there. */
  announce(films: readonly CatalogItem[]): void {
    if (films[0]) this.#news.textContent = this.#words().news(films.length, readTitle(films[0].title).title);
  }

  ask(asked: AskedFilm | null): void {
    this.#ask.hidden = !asked;
    if (!asked) return;
    const words = this.#words();
    const { title } = readTitle(asked.film.title);
    if (this.#askTitle.textContent !== title) this.#askCover.replaceChildren(cover(layoutStamp(asked.film, measured())));
    this.#askTitle.textContent = title;
    this.#stars.show(title, asked.stars, words);
    this.#skip.textContent = asked.stars === null ? words.notSeen : words.next;
    this.#startOver.hidden = !asked.rated;
  }

  #row(film: CatalogItem, href: string | null): HTMLElement {
    const { title } = readTitle(film.title);
    const inside = [cover(layoutLarge(film, false, measured())), html('span', { class: 'title', part: 'title', dir: 'auto' }, title)];
    let whole: HTMLElement;
    if (href === null) {
      whole = html('div', {}, ...inside);
    } else {
      whole = html('a', { href, part: 'link' }, ...inside);
      whole.addEventListener('click', (event) => {
        if (!this.#acts.select(film, href)) event.preventDefault();
      });
    }
    return html('li', { part: 'film' }, whole, film.year === null ? null : html('span', { class: 'meta', part: 'year' }, String(film.year)));
  }
}

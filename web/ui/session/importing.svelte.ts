import type { CatalogItem } from '../../../shared/query.ts';
import type { LocalRecommenderApi } from '../../api.ts';
import { additions, type Columns, type ImportedFilm, type Owner, type OwnFilms, type ReadFile, type Refusal } from '../../import/imported.ts';
import { filmKey, type KeptFilm } from '../../store/keptFilm.ts';
import type { Library } from './library.svelte.ts';

/** A film that the catalogue does not have under its name, and what may be meant. */
export interface Unmatched {
  readonly imported: ImportedFilm;
  readonly suggestions: readonly CatalogItem[];
  /** What somebody chose; null: leave it out. */
  readonly chosen: CatalogItem | null;
}

export type ImportState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'reading' }
  | { readonly kind: 'columns'; readonly table: Extract<ReadFile, { kind: 'table' }> }
  /** Of several: somebody has to say whose are wanted. */
  | { readonly kind: 'people'; readonly people: readonly OwnFilms[] }
  | { readonly kind: 'matching'; readonly done: number; readonly total: number }
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly why: Refusal };

/** Films a question: so many that the worker answers other questions in between. */
const AT_ONCE = 200;
const SUGGESTIONS = 5;
/** Suggestions are sought for so many; of a longer list nobody reads the end. */
const SUGGESTED = 100;

/** A file on its way into the library: read, matched, mended by hand, then kept or let go. */
export class Importing {
  state = $state.raw<ImportState>({ kind: 'idle' });
  name = $state.raw('');
  matched = $state.raw<readonly KeptFilm[]>([]);
  unmatched = $state.raw<readonly Unmatched[]>([]);
  skipped = $state.raw(0);
  /** Whose films these are, where the file says so. */
  owner = $state.raw<Owner | null>(null);

  #file: File | null = null;
  #turn = 0;

  /** What would change. */
  readonly additions = $derived.by(() => {
    const mended = this.unmatched.flatMap(({ imported, chosen }) => (chosen ? [kept(imported, chosen)] : []));
    return additions(new Map(this.library.everything.map((film) => [film.key, film])), [...this.matched, ...mended]);
  });

  /** Films of the file that are here as they are, or better. */
  readonly already = $derived.by(() => {
    const fresh = new Set(this.additions.map(({ key }) => key));
    return new Set(this.matched.map(({ key }) => key).filter((key) => !fresh.has(key))).size;
  });

  constructor(
    private readonly api: LocalRecommenderApi,
    private readonly library: Library,
    private readonly read: (file: File, columns?: Columns) => Promise<ReadFile>,
  ) {}

  async open(file: File, columns?: Columns): Promise<void> {
    const turn = ++this.#turn;
    this.#file = file;
    this.name = file.name;
    this.matched = this.unmatched = [];
    this.owner = null;
    this.state = { kind: 'reading' };
    const read = await this.read(file, columns);
    if (turn !== this.#turn) return; // another file was brought
    if (read.kind === 'refused') this.state = read;
    else if (read.kind === 'table') this.state = { kind: 'columns', table: read };
    else if (read.kind === 'people') this.state = read;
    else {
      this.owner = read.owner ?? null;
      await this.#match(read.films, read.skipped, turn);
    }
  }

  /** Of a file of several people, these. */
  async pick({ films, skipped, ...owner }: OwnFilms): Promise<void> {
    this.owner = owner;
    await this.#match(films, skipped, this.#turn);
  }

  /** Reads the same file again, now that somebody has said what its columns hold. */
  async readColumns(columns: Columns): Promise<void> {
    if (this.#file) await this.open(this.#file, columns);
  }

  choose(unmatched: Unmatched, chosen: CatalogItem | null): void {
    this.unmatched = this.unmatched.map((one) => (one.imported === unmatched.imported ? { ...one, chosen } : one));
  }

  async keep(text: (count: number) => string): Promise<void> {
    const films = this.additions;
    this.cancel();
    await this.library.add(films, text(films.length));
  }

  cancel(): void {
    this.#turn++;
    this.#file = null;
    this.matched = this.unmatched = [];
    this.state = { kind: 'idle' };
  }

  async #match(films: readonly ImportedFilm[], skipped: number, turn: number): Promise<void> {
    const matched: KeptFilm[] = [];
    const unmatched: ImportedFilm[] = [];
    for (let from = 0; from < films.length; from += AT_ONCE) {
      this.state = { kind: 'matching', done: from, total: films.length };
      const some = films.slice(from, from + AT_ONCE);
      const answer = await this.api.match(some.map(({ film }) => film));
      if (turn !== this.#turn) return;
      for (const [i, imported] of some.entries()) {
        const item = answer.ok ? answer.value[i].item : null;
        if (item) matched.push(kept(imported, item));
        else unmatched.push(imported);
      }
    }
    this.matched = matched;
    this.skipped = skipped;
    this.unmatched = unmatched.map((imported) => ({ imported, suggestions: [], chosen: null }));
    this.state = { kind: 'ready' };
    await this.#suggest(turn);
  }

  async #suggest(turn: number): Promise<void> {
    for (const { imported } of this.unmatched.slice(0, SUGGESTED)) {
      const { title, year } = imported.film;
      if (title === '') continue;
      const found = await this.api.findItems(title, SUGGESTIONS);
      if (turn !== this.#turn) return;
      if (!found.ok || found.value.length === 0) continue;
      // The nearest year first: of several that are called alike it is most often meant.
      const apart = (item: CatalogItem): number => (year === null || item.year === null ? 0 : Math.abs(item.year - year));
      const suggestions = [...found.value].sort((a, b) => apart(a) - apart(b));
      this.unmatched = this.unmatched.map((one) => (one.imported === imported ? { ...one, suggestions } : one));
    }
  }
}

const kept = ({ verdict, at }: ImportedFilm, item: CatalogItem): KeptFilm => ({ key: filmKey(item), item, verdict, at });

import MiniSearch, { type Options } from 'minisearch';
import { foldText } from './foldText.ts';
import type { CatalogItem } from './query.ts';

interface TitleDocument {
  /** The row. Rows are in order of popularity. */
  readonly id: number;
  readonly title: string;
  readonly year: string;
}

/** @param popularity by row. */
const optionsFor = (popularity: ArrayLike<number>): Options<TitleDocument> => ({
  fields: ['title', 'year'],
  tokenize: (text) => text.split(/[^\p{L}\p{N}'’·]+/u).filter(Boolean),
  processTerm: (term) => foldText(term) || null,
  searchOptions: {
    combineWith: 'AND',
    prefix: true,
    // Edits that are forgiven: two letters that changed places are two. Numbers and short words are meant as typed.
    fuzzy: (term) => (term.length < 4 || /^\d+$/.test(term) ? false : term.length < 6 ? 1 : 2),
    boost: { title: 2 },
    weights: { fuzzy: 0.3, prefix: 0.6 },
    // Of many matches a known film is meant: "star" is Star Wars before it is Starcrash, whose title is shorter.
    boostDocument: (row: number) => 0.1 + Math.log1p(popularity[row]!) / Math.log1p(popularity[0]!),
  },
});

/** How many titles go into the index before others get a turn. */
const SLICE = 500;

/** Finds films by what somebody types: any order of words, beginnings of words, typos, accents, the year. */
export class TitleSearch {
  private constructor(
    private readonly items: readonly CatalogItem[],
    private readonly index: MiniSearch<TitleDocument>,
  ) {}

  /**
   * Indexing takes about 10 ms per 1,000 titles; recommendations are answered in between.
   * @param items most popular first. @param popularity one number an item, all above zero.
   */
  static async open(items: readonly CatalogItem[], popularity: ArrayLike<number>): Promise<TitleSearch> {
    const index = new MiniSearch(optionsFor(popularity));
    await index.addAllAsync(
      items.map(({ title, year }, id) => ({ id, title, year: year === null ? '' : String(year) })),
      { chunkSize: SLICE },
    );
    return new TitleSearch(items, index);
  }

  /** @returns best match first, at most `limit`; nothing for text without a letter or digit. */
  find(text: string, limit: number): readonly CatalogItem[] {
    const wanted = foldText(text.trim());
    const found = this.index.search(text).map(({ id }) => this.items[id as number]!);
    // Words score alike wherever they stand, so the film whose whole title was typed is brought to the front.
    const whole = found.filter(({ title }) => isWholeTitle(title, wanted));
    return [...whole, ...found.filter((item) => !whole.includes(item))].slice(0, limit);
  }
}

/** "heat" is "Heat", "the matrix" is "Matrix, The". */
function isWholeTitle(title: string, wanted: string): boolean {
  const folded = foldText(title);
  const article = /^(.*), (\p{L}+)$/u.exec(folded);
  return folded === wanted || (article !== null && (`${article[2]} ${article[1]}` === wanted || article[1] === wanted));
}

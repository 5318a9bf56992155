import { itemId } from '../../shared/ids.ts';
import type { CatalogItem } from '../../shared/query.ts';
import { InputError } from '../inputError.ts';
import { describeColumns, findByName, isHeader } from './columns.ts';
import type { InputFile } from './file.ts';
import { ML_100K_GENRES, parseGenres, parseImdbId, parseTmdbId, parseYear, splitTitle, stripSeries } from './itemCells.ts';
import { readRecords } from './records.ts';
import { shapeReason } from './rules.ts';
import { identifier, pathLiteral, type Session } from './session.ts';
import { openTable, type Table } from './table.ts';

export interface ItemFiles {
  readonly items: InputFile | null;
  /** MovieLens's links.csv: ids of other catalogues. */
  readonly links: InputFile | null;
}

export interface Catalog {
  /** In the order of the ids. */
  readonly items: CatalogItem[];
  readonly titlesFound: number;
}

const ID_NAMES = [
  ...['itemid', 'movieid', 'filmid', 'bookid', 'id', 'isbn', 'parentasin', 'asin', 'productid', 'gameid', 'appid', 'animeid', 'artistid', 'songid', 'trackid', 'albumid', 'showid', 'seriesid'],
  ...['businessid', 'recipeid', 'jokeid', 'contentid', 'mediaid', 'articleid', 'tconst', 'const', 'imdbid', 'tmdbid', 'item', 'movie', 'book', 'mid', 'iid'],
];
const TITLE_NAMES = ['title', 'movietitle', 'filmtitle', 'booktitle', 'itemtitle', 'producttitle', 'primarytitle', 'name', 'moviename', 'bookname', 'itemname', 'productname', 'englishname', 'originaltitle', 'label'];
const YEAR_NAMES = ['year', 'releaseyear', 'originalpublicationyear', 'publicationyear', 'yearofpublication', 'publishedyear', 'startyear', 'releasedate', 'publicationdate'];
const GENRE_NAMES = ['genres', 'genre', 'categories', 'category'];
const IMDB_NAMES = ['imdbid', 'imdb', 'tconst', 'const'];
const TMDB_NAMES = ['tmdbid', 'tmdb', 'themoviedbid'];

/** Catalogue of `ids`, in their order, with all that the files know about them. An item without a title has its id for one. */
export async function readCatalog(ids: readonly (string | number)[], files: ItemFiles, session: Session): Promise<Catalog> {
  const indexOfId = new Map(ids.map((id, index) => [String(id), index]));
  const described = files.items === null ? [] : await describeItems(files.items, indexOfId, session);
  const links = files.links === null ? [] : await describeItems(files.links, indexOfId, session);
  let titlesFound = 0;
  const items = ids.map((id, index): CatalogItem => {
    const { title = '', year = null, genres = [], imdbId = null, tmdbId = null } = described[index] ?? {};
    if (title !== '') titlesFound++;
    return { id: itemId(id), title: title || String(id), year, genres, imdbId: links[index]?.imdbId ?? imdbId, tmdbId: links[index]?.tmdbId ?? tmdbId };
  });
  return { items, titlesFound };
}

type Description = Partial<Omit<CatalogItem, 'id'>>;

/** How to take a row of an item table apart. */
interface Reader {
  /** Places that may hold the id that the ratings use: the one that knows most of the rated ids is it. */
  readonly ids: readonly number[];
  readonly read: (cells: readonly string[]) => Description;
}

/** By index; of an item that is described twice the first counts. */
async function describeItems(file: InputFile, indexOfId: ReadonlyMap<string, number>, session: Session): Promise<Description[]> {
  const table = await openTable(file, 2, (row) => isHeader(row, [...TITLE_NAMES, ...IMDB_NAMES]), session);
  const { ids, read } = readerOf(table);
  const found = ids.map(() => ({ count: 0, descriptions: new Array<Description>(indexOfId.size) }));
  for await (const rows of dataRows(table, session)) {
    for (const cells of rows) {
      let description: Description | null = null;
      ids.forEach((place, candidate) => {
        const index = indexOfId.get(cells[place] ?? '');
        const { descriptions } = found[candidate]!;
        if (index === undefined || descriptions[index] !== undefined) return;
        descriptions[index] = description ??= read(cells);
        found[candidate]!.count++;
      });
    }
  }
  const best = found.reduce((a, b) => (b.count > a.count ? b : a));
  if (best.count === 0) {
    const [rated] = indexOfId.keys();
    throw new InputError(`${file.path} describes none of the ${indexOfId.size} rated items (the first is ${rated}). Its ids were looked for in: ${ids.map((place) => table.names?.[place] ?? `#${place + 1}`).join(', ')}.`);
  }
  return best.descriptions;
}

function readerOf(table: Table): Reader {
  if (table.names === null) return headlessReader(table);
  const names = table.names;
  const place = (synonyms: readonly string[]): number => findByName(names, synonyms);
  const ids = ID_NAMES.map((name) => place([name])).filter((at) => at >= 0);
  const [title, year, genres, imdb, tmdb] = [TITLE_NAMES, YEAR_NAMES, GENRE_NAMES, IMDB_NAMES, TMDB_NAMES].map(place) as [number, number, number, number, number];
  const wanted = title >= 0 || imdb >= 0 || tmdb >= 0;
  if (ids.length === 0 || !wanted) {
    const missing = ids.length === 0 ? "the items' ids (item_id, movieId …)" : 'the titles (title, name)';
    throw new InputError(`${table.path} has no column that is known to hold ${missing}. It has: ${describeColumns(table)}. Rename the column.`);
  }
  const goodreads = names.includes('original_publication_year');
  const cell = (cells: readonly string[], at: number): string => (at < 0 || cells[at] === '\\N' ? '' : cells[at] ?? '');
  return {
    ids,
    read: (cells) => {
      const split = splitTitle(cell(cells, title));
      return {
        // A year of its own makes one in brackets a part of the title.
        title: year < 0 ? split.title : goodreads ? stripSeries(cell(cells, title)) : cell(cells, title),
        year: year < 0 ? split.year : parseYear(cell(cells, year)),
        genres: parseGenres(cell(cells, genres)),
        imdbId: parseImdbId(cell(cells, imdb)),
        tmdbId: parseTmdbId(cell(cells, tmdb)),
      };
    },
  };
}

/** Item files of the older MovieLens sets: movies.dat (id::title (year)::genres) and u.item (id|title (year)|…|19 flags). */
function headlessReader(table: Table): Reader {
  const flags = table.width - ML_100K_GENRES.length;
  if (flags >= 5) {
    const genresOf = (cells: readonly string[]): string[] => ML_100K_GENRES.filter((genre, i) => genre !== '' && cells[flags + i] === '1');
    return { ids: [0], read: (cells) => ({ ...splitTitle(cells[1]!), genres: genresOf(cells) }) };
  }
  if ('dialect' in table && table.dialect.delimiter === '::') return { ids: [0], read: (cells) => ({ ...splitTitle(cells[1]!), genres: parseGenres(cells[2] ?? '') }) };
  throw new InputError(`${table.path} has no header that names its columns (id, title, and maybe year, genres, imdbId, tmdbId): add one. It has: ${describeColumns(table)}.`);
}

/** All columns as trimmed text, several rows at a time. Rows of another shape than the header's are left out. */
async function* dataRows(table: Table, session: Session): AsyncGenerator<(readonly string[])[]> {
  if ('types' in table) {
    const cells = table.names.map((name, i) => (table.types[i]!.endsWith('[]') ? `array_to_string(${identifier(name)}, '|')` : `${identifier(name)}::VARCHAR`));
    for await (const chunk of session.stream(`SELECT ${cells.join(', ')} FROM read_parquet(${pathLiteral(table.file.path)})`)) {
      yield chunk.getRows().map((row) => row.map((cell) => (cell === null ? '' : String(cell).trim())));
    }
    return;
  }
  let skip = table.headRecords;
  for await (const records of readRecords(table.file, table.dialect)) {
    const rows = records.slice(skip).flatMap((record) => (shapeReason(record, table.width) === null ? [record.cells!.map((cell) => cell.trim())] : []));
    skip -= Math.min(skip, records.length);
    yield rows;
  }
}

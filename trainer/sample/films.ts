import { readFileSync } from 'node:fs';

/**
 * The genres of the sample, the more telling first: a western says more about who likes it than a drama does.
 * The names are MovieLens'.
 */
export const SAMPLE_GENRES = [
  'Film-Noir', 'Western', 'Musical', 'War', 'Horror', 'Documentary', 'Animation', 'Sci-Fi', 'Fantasy', 'Mystery',
  'Romance', 'Crime', 'Children', 'Adventure', 'Thriller', 'Action', 'Comedy', 'Drama',
] as const;

export type SampleGenre = (typeof SAMPLE_GENRES)[number];

/** From hardly (1) to very: for `fame` how widely seen a film is, for `acclaim` how highly it is held. Our judgement. */
export type Grade = 1 | 2 | 3 | 4 | 5;

/** A film of the built-in sample: facts, written down for FrameRate, from no data set. */
export interface SampleFilm {
  /** Stable: 1, 2, 3 … in the order of the file. New films go to its end. */
  readonly id: number;
  /** As on an English poster, with its accents: "The Matrix", "Amélie". */
  readonly title: string;
  /** Of the first release. */
  readonly year: number;
  /** At least one, in the order of SAMPLE_GENRES. */
  readonly genres: readonly SampleGenre[];
  /** "tt0133093"; null where nobody was sure. */
  readonly imdbId: string | null;
  readonly directors: readonly string[];
  /** Where it mainly comes from: two letters of ISO 3166-1, and SU for the Soviet Union. */
  readonly country: string;
  readonly fame: Grade;
  readonly acclaim: Grade;
  /** What a genre does not say, in one lower-case word each: "space", "heist", "contemplative". May be empty. */
  readonly themes: readonly string[];
}

const COLUMNS = ['id', 'title', 'year', 'genres', 'imdbId', 'directors', 'country', 'fame', 'acclaim', 'themes'] as const;

/** The films of films.tsv, in its order. */
export function readSampleFilms(): SampleFilm[] {
  return parseFilms(readFileSync(new URL('films.tsv', import.meta.url), 'utf8'));
}

/**
 * Reads a table of films: tabs between columns, "|" between the values of one cell, a header line with COLUMNS.
 * @throws {Error} naming the line, when a cell is not what its column asks for.
 */
export function parseFilms(text: string): SampleFilm[] {
  const [header, ...lines] = text.replace(/\r?\n$/, '').split(/\r?\n/);
  if (header !== COLUMNS.join('\t')) throw new Error(`films.tsv, line 1: the columns are ${COLUMNS.join(', ')}.`);
  return lines.map((line, index) => {
    try {
      return parseFilm(line, index + 1);
    } catch (cause) {
      throw new Error(`films.tsv, line ${index + 2}: ${(cause as Error).message}`, { cause });
    }
  });
}

function parseFilm(line: string, id: number): SampleFilm {
  const cells = line.split('\t');
  if (cells.length !== COLUMNS.length) throw new Error(`${cells.length} columns instead of ${COLUMNS.length}.`);
  const cell = (column: (typeof COLUMNS)[number]): string => cells[COLUMNS.indexOf(column)]!;
  const must = (column: (typeof COLUMNS)[number], pattern: RegExp): string => {
    if (!pattern.test(cell(column))) throw new Error(`"${cell(column)}" is no ${column}.`);
    return cell(column);
  };
  if (cell('id') !== String(id)) throw new Error(`id ${cell('id')} where ${id} follows.`);
  return {
    id,
    title: must('title', /^\S(.*\S)?$/),
    year: Number(must('year', /^(19|20)\d\d$/)),
    genres: must('genres', /./).split('|').map(parseGenre),
    imdbId: must('imdbId', /^(tt\d{7,8})?$/) || null,
    directors: must('directors', /^[^|]+(\|[^|]+)*$/).split('|'),
    country: must('country', /^[A-Z]{2}$/),
    fame: Number(must('fame', /^[1-5]$/)) as Grade,
    acclaim: Number(must('acclaim', /^[1-5]$/)) as Grade,
    themes: must('themes', /^([a-z]+(\|[a-z]+)*)?$/).split('|').filter(Boolean),
  };
}

function parseGenre(name: string): SampleGenre {
  const genre = SAMPLE_GENRES.find((known) => known === name);
  if (genre === undefined) throw new Error(`"${name}" is no genre.`);
  return genre;
}

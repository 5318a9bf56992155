/** What stands in the cells of item tables, in the forms in which the world writes them. Empty cells are ''. */

/** "Matrix, The (1999)" is the title "Matrix, The" of 1999; "(2007-)" and "(1975-1979)" count by their first year. */
export function splitTitle(text: string): { title: string; year: number | null } {
  const found = /^(.*\S)\s*\((\d{4})(?:\s*[-–]\s*(?:\d{4})?)?\)\s*$/s.exec(text);
  return found ? { title: found[1]!, year: Number(found[2]) } : { title: text.trim(), year: null };
}

/** "The Hunger Games (The Hunger Games, #1)" without its series. */
export function stripSeries(title: string): string {
  return title.replace(/(\S)\s*\([^()]*#[^()]*\)\s*$/, '$1');
}

/** "1995", "2008.0", "-750", "1995-10-30", "30 October 1995". 0 stands for an unknown year. */
export function parseYear(text: string): number | null {
  const alone = /^\s*(-?\d{1,4})(?:\.0*)?\s*$/.exec(text);
  const year = Number(alone?.[1] ?? /(?<!\d)\d{4}(?!\d)/.exec(text)?.[0] ?? 0);
  return year === 0 ? null : year;
}

/** Between | (or ; or , where there is no |). MovieLens's "(no genres listed)" and ml-100k's "unknown" are none. */
export function parseGenres(text: string): string[] {
  const separator = ['|', ';'].find((candidate) => text.includes(candidate)) ?? ',';
  const genres = text.split(separator).map((genre) => genre.trim()).filter((genre) => genre !== '' && genre !== '(no genres listed)');
  return [...new Set(genres.map((genre) => (genre === "Children's" ? 'Children' : genre)))];
}

/** "0114709", "114709" and "tt0114709" are "tt0114709". */
export function parseImdbId(text: string): string | null {
  const digits = /^\s*(?:tt)?(\d+)(?:\.0*)?\s*$/.exec(text)?.[1];
  return digits === undefined || Number(digits) === 0 ? null : `tt${digits.replace(/^0+/, '').padStart(7, '0')}`;
}

export function parseTmdbId(text: string): number | null {
  const digits = /^\s*(\d+)(?:\.0*)?\s*$/.exec(text)?.[1];
  return digits === undefined || Number(digits) === 0 ? null : Number(digits);
}

/** The genres of ml-100k, in the order of the flags at the end of a line of u.item; the first, "unknown", is none. */
export const ML_100K_GENRES = [
  ...['', 'Action', 'Adventure', 'Animation', 'Children', 'Comedy', 'Crime', 'Documentary', 'Drama', 'Fantasy', 'Film-Noir', 'Horror'],
  ...['Musical', 'Mystery', 'Romance', 'Sci-Fi', 'Thriller', 'War', 'Western'],
];

import type { RatingScale } from '../../shared/query.ts';
import type { Places } from './columns.ts';
import { LIKED } from './ratings.ts';
import type { Dialect } from './records.ts';
import { judged } from './rules.ts';
import { identifier, literal, pathLiteral } from './session.ts';
import type { ParquetTable } from './table.ts';

/** A text file that DuckDB is to read as `width` columns of text, c0, c1 … */
export interface CsvSource {
  readonly path: string;
  readonly dialect: Dialect;
  readonly width: number;
  /** Rows above the data. */
  readonly skip: number;
  readonly parallel: boolean;
  readonly gzip: boolean;
}

/** The rating of every row where rows have none. */
const ALIKE = `${LIKED.rating}::DOUBLE`;

function readCsv({ path, dialect: { delimiter, quotes }, width, skip, parallel, gzip }: CsvSource): string {
  const columns = Array.from({ length: width }, (_, place) => `'c${place}': 'VARCHAR'`).join(', ');
  const quote = quotes ? `quote = '"', escape = '"'` : `quote = '', escape = ''`;
  const packing = gzip ? 'gzip' : 'none';
  return `read_csv(${pathLiteral(path)}, auto_detect = false, header = false, skip = ${skip}, delim = ${literal(delimiter)}, ${quote}, columns = {${columns}}, parallel = ${parallel}, compression = '${packing}')`;
}

/**
 * Query for a text file's rows, in file order: u and i (ids as text), r, t and reason (see judged()).
 * @param decimalComma whether "4,5" is read as 4.5.
 */
export function textQuery(source: CsvSource, { user, item, rating, time }: Places, scale: RatingScale | null, decimalComma: boolean): string {
  const id = (place: number): string => `trim(c${place})`;
  const number = rating === null ? ALIKE : `TRY_CAST(c${rating} AS DOUBLE)`;
  const value = decimalComma && rating !== null ? `coalesce(${number}, TRY_CAST(replace(c${rating}, ',', '.') AS DOUBLE))` : number;
  return judged(`SELECT ${id(user)} AS u, ${id(item)} AS i, ${value} AS r, ${time === null ? 'NULL::DOUBLE' : textTime(`c${time}`)} AS t FROM ${readCsv(source)}`, scale);
}

/** The same for Parquet, with the number of the `row`, from 0. */
export function parquetQuery({ file, names, types }: ParquetTable, { user, item, rating, time }: Places, scale: RatingScale | null): string {
  const column = (place: number): string => identifier(names[place]!);
  const real = (place: number): boolean => /^(FLOAT|DOUBLE)$/.test(types[place]!);
  // Whole numbers that some tool kept as floating point, as pandas does beside missing values, are whole numbers.
  const id = (place: number): string =>
    real(place)
      ? `CASE WHEN abs(${column(place)}) < 9007199254740992 AND ${column(place)} = trunc(${column(place)}) THEN ${column(place)}::BIGINT::VARCHAR ELSE ${column(place)}::VARCHAR END`
      : `trim(${column(place)}::VARCHAR)`;
  const timeOf = (place: number): string => {
    if (/^(DATE|TIMESTAMP)/.test(types[place]!)) return `epoch(${column(place)}::TIMESTAMP)`;
    return types[place] === 'VARCHAR' ? textTime(column(place)) : `TRY_CAST(${column(place)} AS DOUBLE)`;
  };
  return judged(
    `SELECT ${id(user)} AS u, ${id(item)} AS i, ${rating === null ? ALIKE : `TRY_CAST(${column(rating)} AS DOUBLE)`} AS r, ${time === null ? 'NULL::DOUBLE' : timeOf(time)} AS t, file_row_number AS row FROM read_parquet(${pathLiteral(file.path)}, file_row_number = true)`,
    scale,
  );
}

const textTime = (column: string): string => `coalesce(TRY_CAST(${column} AS DOUBLE), epoch(TRY_CAST(${column} AS TIMESTAMPTZ)))`;

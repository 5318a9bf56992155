import type { FactorTable } from '../artifact/factorTable.ts';
import type { RowSet } from './rowSet.ts';
import { checkSearch, scoreRow, toCodeQuery } from './scoring.ts';
import type { ExactSearch, Hits } from './vectorIndex.ts';

const NO_BONUS = new Float64Array(0);

/** Brute force in plain TypeScript: the truth that the kernel is held to, and the fallback where WebAssembly is missing. */
export class ExactIndex implements ExactSearch {
  readonly rows: number;
  readonly rank: number;
  readonly engine = 'plain JavaScript';

  constructor(readonly factors: FactorTable) {
    this.rows = factors.rows;
    this.rank = factors.rank;
  }

  search(query: Float32Array, k: number, excluded?: RowSet, bonus: Float64Array = NO_BONUS): Hits {
    checkSearch(this, query, k, excluded, bonus);
    const codeQuery = toCodeQuery(this.factors, query);
    // Kept sorted: insertion costs little, since few rows of a long scan enter.
    const rows: number[] = [];
    const scores: number[] = [];
    for (let row = 0; row < this.rows; row++) {
      let score = scoreRow(this.factors, codeQuery, row);
      if (row < bonus.length) score += bonus[row]!;
      if (rows.length === k && score <= scores[k - 1]!) continue; // an equal score: the lower row stays
      if (excluded?.has(row)) continue;
      let at = rows.length === k ? k - 1 : rows.length;
      for (; at > 0 && scores[at - 1]! < score; at--) {
        rows[at] = rows[at - 1]!;
        scores[at] = scores[at - 1]!;
      }
      rows[at] = row;
      scores[at] = score;
    }
    return { rows: Uint32Array.from(rows), scores: Float64Array.from(scores) };
  }
}

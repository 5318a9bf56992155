import { RowSet } from '../../shared/engine/rowSet.ts';
import { Random } from '../../trainer/random.ts';
import { compare } from '../../web/lab/compare.ts';
import { besideKernel, type Bench } from './bench.ts';
import { NO_FAISS, openNativeFaiss } from './nativeFaiss.ts';
import { COLUMNS, openEngines, toLines } from './search.ts';
import { bestRows, makeSet } from './vectors.ts';

const ROWS = 87_585;
const RANK = 64;

/** What is left out: as many of the most popular rows as somebody has rated, or all rows that are not of a genre. */
const CASES: readonly { readonly name: string; rows(): number[] }[] = [
  { name: 'nothing', rows: () => [] },
  { name: '200 rated', rows: () => spread(200, 4000) },
  { name: '5,000 rated', rows: () => spread(5000, 40_000) },
  {
    name: 'all but a genre of 10 %',
    rows: () => {
      const random = new Random(5);
      return Array.from({ length: ROWS }, (_, row) => row).filter(() => random.uniform() >= 0.1);
    },
  },
];

/** So many rows, evenly, among the first. */
const spread = (count: number, among: number): number[] => Array.from({ length: count }, (_, i) => Math.floor((i * among) / count));

export const exclusions: Bench = {
  name: 'exclusions',
  question: 'What does it cost to leave rows out: what somebody has rated, or all but one genre?',
  async run({ quick, say }) {
    const faiss = await openNativeFaiss();
    const set = makeSet(ROWS, RANK, quick ? 30 : 100);
    const lines: (string | number | null)[][] = [];
    try {
      for (const { name, rows } of CASES) {
        say(`leaving out ${name}`);
        const out = rows();
        const excluded = RowSet.of(ROWS, out);
        const { contestants, close } = await openEngines(set, excluded, ['kernel', 'faiss', 'faiss-flat', 'javascript']);
        if (faiss) contestants.push(...(await faiss.contestants(set, out)));
        const truth = set.queries.map((query) => bestRows(set.matrix, ROWS, RANK, query, (row) => excluded.has(row)));
        const found = await compare(contestants, set.queries, truth, { rounds: quick ? 5 : 15, warmUp: 3, roundMs: quick ? 60 : 120 });
        close();
        lines.push(...toLines(set, found).map(([, , ...rest]) => [name, ...rest]));
      }
    } finally {
      faiss?.close();
    }
    return [
      {
        title: `Search with rows left out, ${ROWS.toLocaleString('en')} × ${RANK}`,
        columns: ['left out', ...COLUMNS.slice(2)],
        lines,
        notes: faiss ? ['Native Faiss leaves them out by IDSelectorBitmap.'] : [NO_FAISS],
      },
    ];
  },
  summary: (tables) => tables.map((table) => besideKernel(table, ['Faiss native, Flat', 'Faiss native, SQ8', 'Faiss WASM, Flat', 'Plain JavaScript'])),
};

import { writeFactorTable } from '../../shared/artifact/factorTable.ts';
import { writeFoldInTable } from '../../shared/artifact/foldInFile.ts';
import type { SvdParameters } from '../../shared/artifact/manifest.ts';
import { writeResidualTable } from '../../shared/artifact/residualFile.ts';
import { factorize } from '../factorize.ts';
import { estimate, ndcg, relevanceOf } from './metrics.ts';
import { openRanker } from './rankers.ts';
import type { RankRow } from './run.ts';
import { SETTINGS } from './settings.ts';
import type { Split } from './split.ts';

const RANKS = [8, 16, 32, 64, 128];

/** Trains our model at several ranks and asks the validation people: what more bytes an item bring. */
export async function evaluateRanks({ train, validation }: Split, parameters: SvdParameters, kernel: Uint8Array<ArrayBuffer>, onProgress: (text: string) => void): Promise<RankRow[]> {
  const rows: RankRow[] = [];
  for (const rank of [...new Set([...RANKS, parameters.rank])].sort((a, b) => a - b)) {
    onProgress(`Rank ${rank}: training and asking ${validation.length} validation people`);
    const factors = await factorize(train, { ...parameters, rank });
    if (factors.parameters.rank < rank) break; // the data has no more dimensions
    const ranker = await openRanker('ssvd', train, factors, kernel);
    const values = validation.map((user) => ndcg(relevanceOf(ranker.rank({ ...SETTINGS.B.question(user), k: 10 }, user), user.targets), user.targets.length, 10));
    const bytes = writeFactorTable(factors.index).length + writeFoldInTable(factors.foldIn).length + (factors.residual ? writeResidualTable(factors.residual).length : 0);
    rows.push({ rank, bytesPerItem: bytes / train.items.length, people: validation.length, ndcg10: estimate(values) });
  }
  return rows;
}

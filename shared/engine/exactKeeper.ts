import { codesStart } from '../artifact/faissSq8.ts';
import type { FactorTable } from '../artifact/factorTable.ts';
import type { FactorKeeper } from '../artifact/load.ts';
import { fileOf, type Manifest } from '../artifact/manifest.ts';
import { KernelRoom } from './kernelIndex.ts';
import { openExact, whereItRuns, type KernelPlace } from './openExact.ts';
import type { ExactSearch } from './vectorIndex.ts';

/** The exact search of a model that is being loaded: its codes are read to where the kernel scans them, and are nowhere else. */
export class ExactKeeper implements FactorKeeper<ExactSearch> {
  #room: KernelRoom | null = null;

  constructor(private readonly place: KernelPlace) {}

  async roomFor(manifest: Manifest): Promise<Uint8Array<ArrayBuffer> | null> {
    const shape = { rows: manifest.counts.items, rank: manifest.model.rank };
    const start = codesStart(shape.rank);
    if (fileOf(manifest, 'index').bytes !== start + shape.rows * shape.rank) return null; // wider factors
    this.#room = await whereItRuns(async () => KernelRoom.reserve(shape, await this.place.readKernel()));
    return this.#room?.forFile(start) ?? null;
  }

  async keep(factors: FactorTable): Promise<ExactSearch> {
    return this.#room && 'codes' in factors ? this.#room.open(factors) : openExact(factors, this.place);
  }
}

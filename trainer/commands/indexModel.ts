import type { SearchSection } from '../../shared/artifact/searchSection.ts';
import { applyIndex } from '../indexing/applyIndex.ts';
import { Progress } from '../progress.ts';

export interface IndexOptions {
  readonly model: string;
  readonly apply: SearchSection;
}

export async function indexModel({ model: folder, apply }: IndexOptions): Promise<void> {
  await applyIndex(folder, apply, new Progress());
}

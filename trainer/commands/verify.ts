import { loadMap } from '../../shared/artifact/load.ts';
import { optionalFileOf } from '../../shared/artifact/manifest.ts';
import { openRecommender } from '../../shared/engine/open.ts';
import { engines, openModel, openSource } from '../openModel.ts';

export async function verify({ model: folder }: { model: string }): Promise<void> {
  const model = await openModel(folder);
  const { manifest } = model;
  // What Faiss reads, only Faiss can check.
  const { index } = await openRecommender(model, engines);
  if (optionalFileOf(manifest, 'map')) await loadMap(openSource(folder), manifest);
  process.stdout.write(`${folder} is whole: ${manifest.files.length} files with their digests, ${manifest.counts.items.toLocaleString('en')} items, model ${manifest.modelId}, searched by ${index.engine}.\n`);
}

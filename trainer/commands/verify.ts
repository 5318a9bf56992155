import { loadMap } from '../../shared/artifact/load.ts';
import { optionalFileOf } from '../../shared/artifact/manifest.ts';
import { openModel, openSource } from '../openModel.ts';

export async function verify({ model: folder }: { model: string }): Promise<void> {
  const { manifest } = await openModel(folder);
  if (optionalFileOf(manifest, 'map')) await loadMap(openSource(folder), manifest);
  process.stdout.write(`${folder} is whole: ${manifest.files.length} files with their digests, ${manifest.counts.items.toLocaleString('en')} items, model ${manifest.modelId}.\n`);
}

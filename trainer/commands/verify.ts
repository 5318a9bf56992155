import { openModel } from '../openModel.ts';

export async function verify({ model: folder }: { model: string }): Promise<void> {
  const { manifest } = await openModel(folder);
  process.stdout.write(`${folder} is whole: ${manifest.files.length} files with their digests, ${manifest.counts.items.toLocaleString('en')} items, model ${manifest.modelId}.\n`);
}

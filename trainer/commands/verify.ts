import { openWhole } from '../openModel.ts';

export async function verify({ model: folder }: { model: string }): Promise<void> {
  const { model, index } = await openWhole(folder);
  const { manifest } = model;
  process.stdout.write(`${folder} is whole: ${manifest.files.length} files with their digests, ${manifest.counts.items.toLocaleString('en')} items, model ${manifest.modelId}, searched by ${index.engine}.\n`);
}

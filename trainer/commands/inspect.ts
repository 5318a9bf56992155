import { formatBytes } from '../../shared/artifact/format.ts';
import { formatManifest } from '../../shared/artifact/manifest.ts';
import { searchText } from '../../shared/artifact/searchSection.ts';
import { describeFoldIn, describeParameters, MODEL_NAMES } from '../models/describe.ts';
import { readManifest } from '../publish.ts';

export async function inspect({ model: folder, json }: { model: string; json?: boolean }): Promise<void> {
  const manifest = await readManifest(folder);
  if (json) {
    process.stdout.write(formatManifest(manifest));
    return;
  }
  const { name, modelId, model, counts, ratingScale, search, dataset, files } = manifest;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const lines: [string, string][] = [
    ['model', `${name} (${modelId})`],
    ['kind', `${MODEL_NAMES[model.kind]}, ${describeParameters(model)}, seed ${model.seed}`],
    ['factors', model.store ?? 'SQ8'],
    ...(model.residual ? [['residual', `${model.residual.perItem} entries an item, θ ${model.residual.theta}, λ ${model.residual.lambda}, weight ${model.residual.weight}, in full from ${model.residual.fullFrom} ratings on`] satisfies [string, string]] : []),
    describeFoldIn(model),
    ['search', search.engine === 'exact' ? 'exact, over every row' : `Faiss: ${searchText(search)}`],
    ['trained on', `${counts.ratings.toLocaleString('en')} ratings (${ratingScale.min} to ${ratingScale.max}) by ${counts.users.toLocaleString('en')} people of ${counts.items.toLocaleString('en')} items`],
    ['data', dataset.name + (dataset.url ? `, ${dataset.url}` : '')],
    ...(dataset.licence ? [['licence', dataset.licence] satisfies [string, string]] : []),
    ...(dataset.attribution ? [['attribution', dataset.attribution] satisfies [string, string]] : []),
    ...files.map((file): [string, string] => [file.role, `${file.path}, ${formatBytes(file.bytes)}`]),
    ['in all', `${formatBytes(bytes)}, ${(bytes / Math.max(1, counts.items)).toFixed(0)} bytes an item with its title`],
  ];
  for (const [label, value] of lines) process.stdout.write(`${label.padEnd(12)} ${value}\n`);
}

import { describe, expect, test } from 'vitest';
import { formatManifest, parseManifest, type ModelParameters } from '../../../shared/artifact/manifest.ts';

/** As releases wrote them: what is published today must be read by every release to come. */
const written = (schemaVersion: number, model: string): string => `{
  "format": "framerate-model",
  "schemaVersion": ${schemaVersion},
  "name": "films",
  "modelId": "0123456789abcdef",
  "recipe": "${'0'.repeat(64)}",
  "model": ${model},
  "ratingScale": {
    "min": 0.5,
    "max": 5
  },
  "search": {
    "engine": "exact"
  },
  "counts": {
    "users": 9,
    "items": 40,
    "ratings": 99
  },
  "dataset": {
    "name": "films",
    "digest": "none",
    "licence": null,
    "attribution": null,
    "url": null
  },
  "files": [
${['index', 'foldIn', 'catalog'].map((role) => `    {\n      "role": "${role}",\n      "path": "${role}-0.bin",\n      "bytes": 1,\n      "sha256": "${'a'.repeat(64)}"\n    }`).join(',\n')}
  ]
}
`;

const pure = { rank: 8, itemExponent: 0, userExponent: 0, softThreshold: 0, priorWeight: 0, shrinkage: 0, shrinkageEnd: 25, seed: 1 };
const GOLDEN: readonly [number, ModelParameters][] = [
  [1, { kind: 'ssvd', rank: 64, itemExponent: 0.15, userExponent: 0.25, softThreshold: 0.6, priorWeight: 2, shrinkage: 100, shrinkageEnd: 25, seed: 1 }],
  [1, { kind: 'ssvd', rank: 8, itemExponent: 0, userExponent: 0, softThreshold: 0, priorWeight: 1, shrinkage: 0, shrinkageEnd: 25, seed: 1, store: 'SQfp16', residual: { perItem: 8, rows: 9, userExponent: 0, theta: 0, lambda: 1, weight: 1, fullFrom: 1 } }],
  [2, { kind: 'puresvd', ...pure }],
  [2, { kind: 'popularity', ...pure, rank: 1, priorWeight: 1 }],
  [2, { kind: 'ials', rank: 64, unobservedWeight: 0.1, regularization: 0.003, frequencyExponent: 1, epochs: 16, seed: 1 }],
];

describe.each(GOLDEN)('a manifest of version %i', (version, model) => {
  const json = written(version, JSON.stringify(model, null, 2).replaceAll('\n', '\n  '));

  test(`of kind ${model.kind} is read, and written as it always was`, () => {
    const manifest = parseManifest(json);
    expect(manifest).toMatchObject({ schemaVersion: version, model });
    expect(formatManifest(manifest)).toBe(json);
  });

  test(`of kind ${model.kind} needs each of its parameters to be a number`, () => {
    for (const [name, value] of Object.entries(model).filter(([, part]) => typeof part === 'number')) {
      for (const wrong of [undefined, String(value), null]) {
        expect(() => parseManifest(written(version, JSON.stringify({ ...model, [name]: wrong }))), name).toThrow(expect.objectContaining({ code: 'BAD_MANIFEST' }));
      }
    }
  });
});

import { optionalFileOf, REQUIRED_ROLES, SCHEMA_VERSION, type ArtifactFile, type Manifest, type RequiredRole } from '../../../../shared/artifact/manifest.ts';
import { FrameRateError } from '../../../../shared/errors.ts';

export * from '../../../../shared/artifact/manifest.ts';

/** An example of what answering takes of a manifest. */
const LEAST = {
  schemaVersion: 1,
  name: '',
  modelId: '',
  model: { kind: '', rank: 1 },
  ratingScale: { min: 0, max: 5 },
  counts: { items: 1 },
  dataset: { name: '' },
  files: [],
};
const FILE = { role: '', path: '', bytes: 0, sha256: '' };

/** Whether a value has all that an example has, and of the same types. */
const isLike = (value: unknown, example: object): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(example).every(([key, part]) => {
    const own: unknown = (value as Record<string, unknown>)[key];
    return typeof part === 'object' ? isLike(own, part as object) : typeof own === typeof part;
  });

/**
 * In place of the reader that checks every number for those who publish and serve models: what could lead a widget astray,
 * and no more. Whatever is wrong with other numbers, the files and the questions are checked for as everywhere.
 * @throws {FrameRateError} `BAD_MANIFEST`; `UNSUPPORTED_VERSION` when a newer release wrote it.
 */
export function parseManifest(json: string): Manifest {
  let parsed: Manifest | null = null;
  try {
    parsed = JSON.parse(json) as Manifest | null;
  } catch {
    // it is none
  }
  const bad = (): FrameRateError => new FrameRateError('BAD_MANIFEST', 'This is no manifest of a model. Is the address right?');
  if (parsed?.format !== 'framerate-model') throw bad();
  if (parsed.schemaVersion > SCHEMA_VERSION) throw new FrameRateError('UNSUPPORTED_VERSION', ''); // words.ts says it
  if (!isLike(parsed, LEAST) || !Array.isArray(parsed.files)) throw bad();
  // One plain segment: a manifest from elsewhere cannot name files outside its own folder.
  if (!parsed.files.every((file: unknown) => isLike(file, FILE) && /^[A-Za-z0-9][\w.-]*$/.test((file as ArtifactFile).path))) throw bad();
  for (const role of REQUIRED_ROLES) if (!optionalFileOf(parsed, role)) throw bad();
  return parsed;
}

/** The files that a widget reads before it answers: it tells nobody what they would rate a film. */
export const filesToLoad = ({ files }: Manifest): readonly ArtifactFile[] => files.filter(({ role }) => role !== 'stars' && role !== 'map' && role !== 'users');

/** parseManifest saw that it is there. */
export const fileOf = (manifest: Manifest, role: RequiredRole): ArtifactFile => optionalFileOf(manifest, role)!;

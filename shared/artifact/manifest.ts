import { FrameRateError } from '../errors.ts';
import type { RatingScale } from '../query.ts';
import { FACTOR_STORES, type FactorStore } from './factorTable.ts';
import { readSearchSection, type SearchSection } from './searchSection.ts';

/** The newest that this release reads. 2: kinds besides ssvd; what 1 says it writes as 1, for readers of before. */
export const SCHEMA_VERSION = 2;
const FORMAT = 'framerate-model';

/** What every model has. `index`: Faiss. `foldIn`: foldInFile.ts. `catalog`: catalog.ts. */
export type RequiredRole = 'index' | 'foldIn' | 'catalog';
/**
 * What a model may have. `search`: another Faiss index over the same rows, with which it is searched. `residual`: what low rank misses. `onboarding`: which titles to ask first. `stars`: biases for
 * expected ratings. `map`: the catalogue in two dimensions. `encoder`: ONNX, ratings to a person's vector.
 * `users`: who rated what in the training set, never served to a browser.
 */
export type OptionalRole = 'search' | 'residual' | 'onboarding' | 'stars' | 'map' | 'encoder' | 'users';
/** Those that are read with the model; the others are read when somebody asks for them. */
export const COMPANION_ROLES = ['search', 'residual', 'onboarding', 'stars', 'encoder'] as const satisfies readonly OptionalRole[];
/** What a file of a model is for. */
export type FileRole = RequiredRole | OptionalRole;
export const REQUIRED_ROLES: readonly RequiredRole[] = ['index', 'foldIn', 'catalog'];
const OPTIONAL_ROLES: readonly OptionalRole[] = ['search', 'residual', 'onboarding', 'stars', 'map', 'encoder', 'users'];
export const ROLES: readonly FileRole[] = [...REQUIRED_ROLES, ...OPTIONAL_ROLES];

export interface ArtifactFile {
  readonly role: FileRole;
  /** Relative to the manifest, one segment, named by its digest: the bytes behind a path never change. */
  readonly path: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** Kinds that a model can be published as. */
export const MODEL_KINDS = ['ssvd', 'puresvd', 'popularity', 'ials'] as const;
export type ModelKind = (typeof MODEL_KINDS)[number];

/** How a model was made, and how it folds people in. */
export type ModelParameters = SvdParameters | IalsParameters;

interface CommonParameters {
  readonly rank: number;
  readonly seed: number;
  /** How the factors are kept, where that is not SQ8. */
  readonly store?: FactorStore;
  /** Where there is a residual file; the trainer's residual.ts says what each does. */
  readonly residual?: ResidualParameters;
}

/**
 * A person is a weighted sum of rows: sumRule.ts and the trainer's factorize.ts say what each parameter does. `ssvd`
 * is the scaled SVD; `puresvd` the same without scaling, filter, prior and shrinkage; `popularity` is of rank 1, and
 * nobody's ratings count.
 */
export interface SvdParameters extends CommonParameters {
  readonly kind: 'ssvd' | 'puresvd' | 'popularity';
  readonly itemExponent: number;
  readonly userExponent: number;
  readonly softThreshold: number;
  readonly priorWeight: number;
  readonly shrinkage: number;
  readonly shrinkageEnd: number;
}

/** A person is the solution of a ridge regression: ridgeRule.ts. The trainer's models/ials.ts says what iALS minimises. */
export interface IalsParameters extends CommonParameters {
  readonly kind: 'ials';
  /** α0: what a pair that was not rated weighs. */
  readonly unobservedWeight: number;
  /** λ. */
  readonly regularization: number;
  /** ν: 0 regularises all alike, 1 by how much is known of them. */
  readonly frequencyExponent: number;
  /** Passes over users and items. */
  readonly epochs: number;
}

export interface ResidualParameters {
  /** Entries of each item, at most. */
  readonly perItem: number;
  /** How many of the most rated items it covers, at most. */
  readonly rows: number;
  readonly userExponent: number;
  readonly theta: number;
  readonly lambda: number;
  readonly weight: number;
  /** With n ratings, fewer than so many, it counts (n / fullFrom)². */
  readonly fullFrom: number;
}

/** What choosing the parameters found, on people of the training ratings who were kept aside for it. */
export interface Selection {
  /** The choice never saw this tenth of the people, whom the evaluation asks. Null: it saw all. */
  readonly unseenFold: number | null;
  readonly people: number;
  readonly splits: number;
  /** Settings that were compared. */
  readonly compared: number;
  /** Mean NDCG@10 with the parameters that it began with, and with those that were chosen. */
  readonly before: number;
  readonly after: number;
  readonly standardError: number;
  /** What a residual adds to that, chosen on other people than it is measured on; left out where it is not more than its standard error. Null: not asked for. */
  readonly residual: { readonly gain: number; readonly standardError: number; readonly kept: boolean } | null;
}

export interface DatasetFacts {
  readonly name: string;
  /** SHA-256 of what was read: files and options. */
  readonly digest: string;
  readonly licence: string | null;
  /** A sentence that the licence wants shown beside results. */
  readonly attribution: string | null;
  readonly url: string | null;
}

/** What was measured on people that a model of the same parameters had not seen. */
export interface EvaluationSummary {
  /** How, in a sentence. */
  readonly protocol: string;
  readonly people: number;
  readonly metrics: Readonly<Record<string, { readonly mean: number; readonly standardError: number }>>;
}

/** models/<name>/manifest.json: small, fetched anew each time, the one mutable file of a model. */
export interface Manifest {
  readonly format: typeof FORMAT;
  readonly schemaVersion: number;
  readonly name: string;
  /** Follows from parameters and file digests: changes whenever an answer could. */
  readonly modelId: string;
  /** Digest of data, parameters and trainer: where it is the same, training again would give the same bytes. */
  readonly recipe: string;
  readonly model: ModelParameters;
  /** How the parameters were chosen; not of models that took them as they were given. */
  readonly selection?: Selection;
  readonly ratingScale: RatingScale;
  /** What finds the rows; with `faiss` there is a `search` file. */
  readonly search: SearchSection;
  readonly counts: { readonly users: number; readonly items: number; readonly ratings: number };
  readonly dataset: DatasetFacts;
  /** Of models that were evaluated. */
  readonly evaluation?: EvaluationSummary;
  readonly files: readonly ArtifactFile[];
}

const bad = (what: string): never => {
  throw new FrameRateError('BAD_MANIFEST', `The manifest is not usable: ${what}. Publish the model again.`);
};

type Fields = Record<string, unknown>;

function object(value: unknown, at: string): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : bad(`${at} is no object`);
}

function number(fields: Fields, key: string, { min = -Infinity, max = Infinity, whole = false } = {}): number {
  const value = fields[key];
  if (typeof value !== 'number' || !(value >= min && value <= max) || (whole && !Number.isSafeInteger(value))) {
    return bad(`${key} is ${JSON.stringify(value)}`);
  }
  return value;
}

function text(fields: Fields, key: string, pattern?: RegExp): string {
  const value = fields[key];
  if (typeof value !== 'string' || (pattern && !pattern.test(value))) return bad(`${key} is ${JSON.stringify(value)}`);
  return value;
}

const textOrNull = (fields: Fields, key: string): string | null => (fields[key] === null ? null : text(fields, key));

/**
 * @param json the bytes of a manifest.json as text.
 * @throws {FrameRateError} `BAD_MANIFEST`; `UNSUPPORTED_VERSION` when a newer release wrote it.
 */
export function parseManifest(json: string): Manifest {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (cause) {
    throw new FrameRateError('BAD_MANIFEST', 'The manifest is no JSON. Is the address that of a model?', undefined, { cause });
  }
  const top = object(parsed, 'it');
  if (top['format'] !== FORMAT) bad(`format is ${JSON.stringify(top['format'])}, not "${FORMAT}"`);
  const schemaVersion = number(top, 'schemaVersion', { min: 1, whole: true });
  if (schemaVersion > SCHEMA_VERSION) {
    throw new FrameRateError(
      'UNSUPPORTED_VERSION',
      `This model is of version ${schemaVersion}; this FrameRate reads up to ${SCHEMA_VERSION}. Update FrameRate, or train the model with this release.`,
    );
  }
  const model = object(top['model'], 'model');
  const scale = object(top['ratingScale'], 'ratingScale');
  const counts = object(top['counts'], 'counts');
  const dataset = object(top['dataset'], 'dataset');
  if (!Array.isArray(top['files'])) bad('files is no list');
  const files = (top['files'] as unknown[]).map((entry, i): ArtifactFile => {
    const file = object(entry, `files[${i}]`);
    return {
      role: ROLES.find((role) => role === file['role']) ?? bad(`files[${i}].role is ${JSON.stringify(file['role'])}`),
      // One plain segment: a manifest from elsewhere cannot name files outside its own folder.
      path: text(file, 'path', /^[A-Za-z0-9][A-Za-z0-9._-]*$/),
      bytes: number(file, 'bytes', { min: 0, whole: true }),
      sha256: text(file, 'sha256', /^[0-9a-f]{64}$/),
    };
  });
  for (const role of ROLES) {
    const count = files.filter((file) => file.role === role).length;
    if (count > 1 || (count === 0 && REQUIRED_ROLES.some((required) => required === role))) bad(`it names no single ${role} file`);
  }
  const search = readSearchSection(top['search']) ?? bad(`search is ${JSON.stringify(top['search'])}`);
  if ((search.engine === 'faiss') !== files.some(({ role }) => role === 'search')) bad('its search section and its files do not agree on a search file');
  const ratingScale = { min: number(scale, 'min'), max: number(scale, 'max') };
  if (ratingScale.min > ratingScale.max) bad('ratingScale is upside down');
  const size = { min: 0, whole: true };
  return {
    format: FORMAT,
    schemaVersion,
    name: text(top, 'name'),
    modelId: text(top, 'modelId', /^[0-9a-f]{16}$/),
    recipe: text(top, 'recipe', /^[0-9a-f]{64}$/),
    model: modelParameters(model),
    ...(top['selection'] !== undefined && { selection: selection(object(top['selection'], 'selection')) }),
    ratingScale,
    search,
    counts: { users: number(counts, 'users', size), items: number(counts, 'items', size), ratings: number(counts, 'ratings', size) },
    dataset: {
      name: text(dataset, 'name'),
      digest: text(dataset, 'digest'),
      licence: textOrNull(dataset, 'licence'),
      attribution: textOrNull(dataset, 'attribution'),
      url: textOrNull(dataset, 'url'),
    },
    ...(top['evaluation'] !== undefined && { evaluation: parseEvaluation(object(top['evaluation'], 'evaluation')) }),
    files,
  };
}

function modelParameters(fields: Fields): ModelParameters {
  const kind = MODEL_KINDS.find((known) => known === fields['kind']) ?? bad(`model.kind is ${JSON.stringify(fields['kind'])}`);
  const rank = number(fields, 'rank', { min: 1, whole: true });
  const rest = {
    seed: number(fields, 'seed', { min: 0, whole: true }),
    ...(fields['store'] !== undefined && { store: FACTOR_STORES.find((store) => store === fields['store']) ?? bad(`model.store is ${JSON.stringify(fields['store'])}`) }),
    ...(fields['residual'] !== undefined && { residual: residualParameters(object(fields['residual'], 'model.residual')) }),
  };
  if (kind === 'ials') {
    return {
      kind,
      rank,
      unobservedWeight: number(fields, 'unobservedWeight', { min: Number.MIN_VALUE }),
      regularization: number(fields, 'regularization', { min: Number.MIN_VALUE }),
      frequencyExponent: number(fields, 'frequencyExponent', { min: 0 }),
      epochs: number(fields, 'epochs', { min: 1, whole: true }),
      ...rest,
    };
  }
  return {
    kind,
    rank,
    itemExponent: number(fields, 'itemExponent'),
    userExponent: number(fields, 'userExponent'),
    softThreshold: number(fields, 'softThreshold', { min: 0, max: 1 }),
    priorWeight: number(fields, 'priorWeight', { min: 0 }),
    shrinkage: number(fields, 'shrinkage', { min: 0 }),
    shrinkageEnd: number(fields, 'shrinkageEnd', { min: 1 }),
    ...rest,
  };
}

const selection = (fields: Fields): Selection => ({
  unseenFold: fields['unseenFold'] == null ? null : number(fields, 'unseenFold', { min: 0, whole: true }),
  people: number(fields, 'people', { min: 0, whole: true }),
  splits: number(fields, 'splits', { min: 0, whole: true }),
  compared: number(fields, 'compared', { min: 0, whole: true }),
  before: number(fields, 'before'),
  after: number(fields, 'after'),
  standardError: number(fields, 'standardError'),
  residual: fields['residual'] === null ? null : residualGain(object(fields['residual'], 'selection.residual')),
});

const residualGain = (fields: Fields): NonNullable<Selection['residual']> => ({
  gain: number(fields, 'gain'),
  standardError: number(fields, 'standardError'),
  kept: typeof fields['kept'] === 'boolean' ? fields['kept'] : bad('selection.residual.kept is neither true nor false'),
});

const residualParameters = (fields: Fields): ResidualParameters => ({
  perItem: number(fields, 'perItem', { min: 1, whole: true }),
  rows: number(fields, 'rows', { min: 1, whole: true }),
  userExponent: number(fields, 'userExponent'),
  theta: number(fields, 'theta', { min: 0 }),
  lambda: number(fields, 'lambda', { min: 0 }),
  weight: number(fields, 'weight', { min: 0 }),
  fullFrom: number(fields, 'fullFrom', { min: 1 }),
});

function parseEvaluation(fields: Fields): EvaluationSummary {
  const metrics = Object.entries(object(fields['metrics'], 'evaluation.metrics')).map(([name, value]) => {
    const estimate = object(value, `evaluation.metrics.${name}`);
    return [name, { mean: number(estimate, 'mean'), standardError: number(estimate, 'standardError', { min: 0 }) }];
  });
  return { protocol: text(fields, 'protocol'), people: number(fields, 'people', { min: 1, whole: true }), metrics: Object.fromEntries(metrics) };
}

/** Two-space JSON with a newline: the manifest is read by people too. */
export const formatManifest = (manifest: Omit<Manifest, 'format' | 'schemaVersion'>): string =>
  `${JSON.stringify({ format: FORMAT, schemaVersion: manifest.model.kind === 'ssvd' ? 1 : SCHEMA_VERSION, ...manifest }, null, 2)}\n`;

export function fileOf(manifest: Manifest, role: RequiredRole): ArtifactFile {
  return optionalFileOf(manifest, role) ?? bad(`it names no ${role} file`);
}

/** The files that a recommender reads before it answers. */
export const filesToLoad = ({ files }: Manifest): readonly ArtifactFile[] => {
  const roles: readonly FileRole[] = [...REQUIRED_ROLES, ...COMPANION_ROLES];
  return files.filter((file) => roles.includes(file.role));
};

export function optionalFileOf(manifest: Manifest, role: FileRole): ArtifactFile | undefined {
  return manifest.files.find((file) => file.role === role);
}

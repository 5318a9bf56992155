import { FrameRateError } from '../errors.ts';

/** How a Faiss index that a model carries is searched. */
export interface FaissSection {
  readonly engine: 'faiss';
  /** Faiss's notation: `IVF256,SQ8`. What the `search` file holds. */
  readonly factory: string;
  /** IVF: cells that a search visits. */
  readonly nprobe?: number;
  /** HNSW: rows that a search keeps in view. */
  readonly efSearch?: number;
  /** How many times k rows Faiss proposes; the published factors score these anew and order them. */
  readonly kFactor: number;
}

/** What a model is searched with. `exact`: every row, by our own kernel over the `index` file. */
export type SearchSection = { readonly engine: 'exact' } | FaissSection;

export const EXACT: SearchSection = { engine: 'exact' };

/** "IVF256,SQ8,nprobe=32,kFactor=2", or "exact": one line for people, which parseSearchText reads. */
export function searchText(section: SearchSection): string {
  if (section.engine === 'exact') return 'exact';
  const { factory, nprobe, efSearch, kFactor } = section;
  const knobs = Object.entries({ nprobe, efSearch, kFactor }).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  return [factory, ...knobs].join(',');
}

/** Knobs that nobody set, as good starting points: `framerate index --tune` measures better ones. */
const usualNprobe = (cells: number): number => Math.max(1, Math.round(cells / 8));
const USUAL_EF_SEARCH = 128;
const usualKFactor = (factory: string): number => (/PQ|SQ4/.test(factory) ? 10 : 2);

/** Most of each knob: beyond, it is a mistake. */
const MOST = { nprobe: 65_536, efSearch: 65_536, kFactor: 100 } as const;
type Knob = keyof typeof MOST;

/**
 * Reads "IVF256,SQ8,nprobe=32": Faiss's notation and knobs in one line. What is not given gets its usual value.
 * Whether Faiss makes such an index is known only once it is built.
 * @throws {FrameRateError} `BAD_QUERY`.
 */
export function parseSearchText(text: string): SearchSection {
  const parts = text.split(',').map((part) => part.trim());
  const factory = parts.filter((part) => !part.includes('=')).join(',');
  const knobs = parts.filter((part) => part.includes('=')).map((part): [string, number] => {
    const at = part.indexOf('=');
    return [part.slice(0, at), Number(part.slice(at + 1))];
  });
  const refuse = (why: string): never => {
    throw new FrameRateError('BAD_QUERY', `"${text}" is no index: ${why}. Write it like IVF256,SQ8,nprobe=32 or HNSW32,efSearch=128 or exact.`);
  };
  if (factory === 'exact') return knobs.length === 0 ? EXACT : refuse('the exact search has no knobs');
  if (factory === '') refuse('it names none');
  if (/,RFlat|,Refine/.test(factory)) refuse('the published factors refine every index already; leave out what is behind RFlat or Refine, and set kFactor');

  const cells = /^IVF(\d+),/.exec(factory);
  const graph = factory.startsWith('HNSW');
  const section: FaissSection = {
    engine: 'faiss',
    factory,
    ...(cells && { nprobe: usualNprobe(Number(cells[1])) }),
    ...(graph && { efSearch: USUAL_EF_SEARCH }),
    kFactor: usualKFactor(factory),
  };
  for (const [name, value] of knobs) {
    if (!isKnob(name) || !(name in section)) refuse(`${name} is no knob of ${factory}, which has ${Object.keys(MOST).filter((knob) => knob in section).join(' and ')}`);
    else if (!isValue(name, value)) refuse(`${name} goes from 1 to ${MOST[name].toLocaleString('en')}`);
  }
  return { ...section, ...Object.fromEntries(knobs) };
}

const isKnob = (name: string): name is Knob => name in MOST;
const isValue = (knob: Knob, value: unknown): value is number =>
  typeof value === 'number' && value >= 1 && value <= MOST[knob] && (knob === 'kFactor' || Number.isInteger(value));

/**
 * Manifest.search as it is read; models of before there was one are exact.
 * @returns null for what is none.
 */
export function readSearchSection(value: unknown): SearchSection | null {
  if (value === undefined) return EXACT;
  if (typeof value !== 'object' || value === null) return null;
  const { engine, factory, ...knobs } = value as Record<string, unknown>;
  if (engine === 'exact') return EXACT;
  if (engine !== 'faiss' || typeof factory !== 'string' || factory === '' || !('kFactor' in knobs)) return null;
  if (!Object.entries(knobs).every(([name, knob]) => isKnob(name) && isValue(name, knob))) return null;
  return { engine, factory, ...knobs } as FaissSection;
}

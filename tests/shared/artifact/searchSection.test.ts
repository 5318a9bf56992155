import { describe, expect, test } from 'vitest';
import { parseSearchText, readSearchSection, searchText, type SearchSection } from '../../../shared/artifact/searchSection.ts';

test.each<[string, SearchSection]>([
  ['exact', { engine: 'exact' }],
  ['Flat', { engine: 'faiss', factory: 'Flat', kFactor: 2 }],
  ['IVF256,SQ8', { engine: 'faiss', factory: 'IVF256,SQ8', nprobe: 32, kFactor: 2 }],
  ['IVF2,SQ8', { engine: 'faiss', factory: 'IVF2,SQ8', nprobe: 1, kFactor: 2 }],
  ['IVF256,SQ8,nprobe=8', { engine: 'faiss', factory: 'IVF256,SQ8', nprobe: 8, kFactor: 2 }],
  ['nprobe=8, IVF256, SQ8', { engine: 'faiss', factory: 'IVF256,SQ8', nprobe: 8, kFactor: 2 }],
  ['HNSW32,efSearch=64,kFactor=1.5', { engine: 'faiss', factory: 'HNSW32', efSearch: 64, kFactor: 1.5 }],
  ['IVF64,PQ16', { engine: 'faiss', factory: 'IVF64,PQ16', nprobe: 8, kFactor: 10 }],
])('%s is read, written and read again', (text, section) => {
  expect(parseSearchText(text)).toEqual(section);
  expect(parseSearchText(searchText(section))).toEqual(section);
  expect(readSearchSection(JSON.parse(JSON.stringify(section)))).toEqual(section);
});

describe('refused, with the reason', () => {
  test.each<[string, RegExp]>([
    ['', /names none/],
    ['nprobe=3', /names none/],
    ['exact,nprobe=3', /no knobs/],
    ['Flat,nprobe=3', /nprobe is no knob of Flat, which has kFactor/],
    ['HNSW32,nprobe=3', /which has efSearch and kFactor/],
    ['IVF16,SQ8,engine=2', /engine is no knob/],
    ['IVF16,SQ8,nprobe=0', /from 1 to 65,536/],
    ['IVF16,SQ8,nprobe=many', /from 1 to 65,536/],
    ['IVF16,SQ8,nprobe=1.5', /from 1 to 65,536/],
    ['PQ16,kFactor=1000', /kFactor goes from 1 to 100/],
    ['PQ16,RFlat', /refine every index already/],
    ['IVF16,SQ4,Refine(SQ8)', /refine every index already/],
  ])('%j', (text, reason) => {
    expect(() => parseSearchText(text)).toThrow(expect.objectContaining({ code: 'BAD_QUERY', message: expect.stringMatching(reason) }));
  });

  test.each([null, 'exact', 3, [], {}, { engine: 'faiss' }, { engine: 'faiss', factory: '', kFactor: 2 }, { engine: 'faiss', factory: 'Flat' }, { engine: 'faiss', factory: 'Flat', kFactor: '2' }, { engine: 'faiss', factory: 'Flat', kFactor: 2, other: 1 }])(
    'a manifest with %j',
    (value) => {
      expect(readSearchSection(value)).toBeNull();
    },
  );
});

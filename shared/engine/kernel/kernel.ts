/**
 * The k rows of an 8-bit table with the largest scores, exactly: a scan in integers finds candidates, then the
 * candidates are scored in doubles as scoring.ts defines it. kernelIndex.ts is the only caller; README.md draws
 * the memory.
 *
 * Why no row is lost. Let w be the weights, v(row) the row's bonus or 0, S a scale, t_d = round(S·w_d) the query in
 * 16 bits, δ_d = t_d − S·w_d, and sum(row) = Σ t_d·code[row, d] + trunc(S·v(row)). For any two rows a and b, R being
 * the score without rounding,
 *
 *     sum(b) − sum(a) = S·(R(b) − R(a)) + Σ δ_d·(code[b, d] − code[a, d]) + what two truncations cut off,
 *
 * whose last terms are at most 255·Σ|δ_d| and, with any bonus, 2. A score in doubles is within φ of R: rank + 2
 * roundings, each of at most 2⁻⁵³ times |base| + 255·Σ|w_d| + max|v|, or little more. So with
 * slack ≥ 255·Σ|δ_d| + 2 + 2·S·φ
 *
 *     sum(b) > sum(a) + slack   ⟹   score(b) > score(a), as doubles,
 *
 * and a row whose sum is more than slack below those of k others can be forgotten.
 *
 * Of a wider table the codes are only near its entries (nearCodes.ts), and R, from the codes, is within `blur` of the
 * row's score: 2·S·blur more slack.
 *
 * Why rows can be passed over unseen. For any z_d and steps s_d, Cauchy and Schwarz say of the terms alone
 *
 *     sum(row) ≤ Σ t_d·z_d + √Σ(t_d/s_d)² · √Σ((code[row, d] − z_d)·s_d)²  =  origin + reach · norm(row)
 *
 * and with a bonus no more than S·v + 1 above it. Where that is not above the bar the row is no candidate. z_d being
 * the code of 0 and s_d what a step of it is worth, norm(row) is the length of the row itself, and rows that few people
 * know are short: of real catalogues most are passed over. Norms are rounded up, and what the doubles of origin and
 * reach may be off is allowed for.
 */

const MAX_K = 1000; // as vectorIndex.ts says
const CAPACITY_PER_RESULT = 4; // candidates gather up to so many times k, then are thinned out
const MIN_CAPACITY = 64;
const MAX_HITS = 16;
const CANDIDATE_BYTES = 16; // u32 row, i32 sum, f64 score
const LARGEST_TERM: f64 = 32_767;
const LARGEST_SUM: f64 = 2_147_000_000; // 2³¹, less what truncation and these lines' own roundings may add
const LARGEST_SCALE: f64 = 1e300; // for bonuses that are hardly numbers
const CHUNK: u32 = 256; // rows that lie together, longest first: a position in it is a byte
const GROUP: u32 = 16; // of these share a norm
const BLOCK: u32 = 4; // are scanned at once

/** The score of a row, its bonus left out: asked for where codes are only near the factors. */
// @ts-ignore: a decorator of AssemblyScript
@external("host", "score")
declare function askForScore(row: u32): f64;

const hitSums = memory.data(MAX_HITS * 16, 16); // the sums of four rows
const hitBlocks = memory.data(MAX_HITS * 4, 16); // where the four rows are
const fence = memory.data(16, 16);
const chunkNorms = memory.data(256 * 8, 16); // of a chunk, while its rows are sorted

let rows: u32 = 0;
let rank: u32 = 0;
let codesEnd: usize = 0; // of the last row, and of the zeros that fill up its block
let norms: usize = 0; // f32 a group: of its longest row
let peaks: usize = 0; // f64 a chunk that has bonuses: the largest

/** Bytes from one row of codes to the next: the rank, rounded up to 16. */
export let stride: u32 = 0;
/** Where the caller writes the codes, row after row, once, before it calls `arrange`. */
export let codes: usize = 0;
/** Where the caller writes `rank` doubles before `arrange`: the code that stands for 0, from 0 to 255, in any fraction. */
export let zeros: usize = 0;
/** Where the caller writes `rank` doubles before `arrange`: what a step of the codes is worth, the largest being 1; or 0. */
export let steps: usize = 0;
/** Where `arrange` leaves a byte a position: which row of its chunk of 256 is there. */
export let order: usize = 0;
/** Where the caller writes `rank` doubles before each search. */
export let weights: usize = 0;
/** Where the caller writes the bitmap of the rows to leave out, 32 rows a word. */
export let excluded: usize = 0;
/** Where the caller writes the bonuses, doubles of the first rows, before a search that has any; see reserveBonus. */
export let bonus: usize = 0;
/** Where a search leaves its results, best first, 16 bytes each: u32 row, i32 sum, f64 score. */
/** How many rows the last search had to look at. */
export let scanned: u32 = 0;
export let candidates: usize = memory.data(CAPACITY_PER_RESULT * MAX_K * CANDIDATE_BYTES, 16);

let spare: usize = memory.data(CAPACITY_PER_RESULT * MAX_K * CANDIDATE_BYTES, 16); // to sort into
let terms: usize = 0; // the query, 16 bits a dimension: of every 16 the even ones, then the odd ones

// One search.
let base: f64 = 0;
let scale: f64 = 0;
let slack: i64 = 0;
let origin: f64 = 0;
let perReach: f64 = 0; // 1 / reach
let bonusCount: u32 = 0;
let near: bool = false;
let blur: f64 = 0;
let bar: i32 = 0; // a row whose sum is not above it is not among the k best
let hits: u32 = 0;
let count: u32 = 0; // candidates held
let scored: u32 = 0; // so many of them, from the front, know their score

/** Lays out the memory. Once an instance. @returns false where there is not enough of it. */
export function reserve(rowCount: u32, rankCount: u32): bool {
  rows = rowCount;
  rank = rankCount;
  stride = (rank + 15) & ~15;

  let end: u64 = (<u64>__heap_base + 15) & ~15;
  weights = <usize>end;
  end += <u64>stride * 8;
  zeros = <usize>end;
  end += <u64>stride * 8;
  steps = <usize>end;
  end += <u64>stride * 8;
  terms = <usize>end;
  end += <u64>stride * 2;
  norms = <usize>end;
  end += <u64>roundUp(rows, GROUP) / GROUP * 4;
  order = <usize>end;
  end += roundUp(rows, BLOCK);
  excluded = <usize>end;
  end += ((<u64>rows + 31) >> 5) * 4;
  end = (end + 63) & ~63; // a cache line
  codes = <usize>end;
  end += <u64>stride * roundUp(rows, BLOCK);
  if (!growTo(end)) return false;
  codesEnd = <usize>end;
  bonus = codesEnd;
  return true;
}

/** Makes room for the bonuses of the first `bonuses` rows. @returns false where there is none. */
export function reserveBonus(bonuses: u32): bool {
  const whole = roundUp(bonuses, CHUNK);
  peaks = bonus + <usize>whole * 8;
  return growTo(<u64>bonus + whole * 8 + whole / CHUNK * 8);
}

/** @param unit a power of two. */
function roundUp(count: u32, unit: u32): u64 {
  return (<u64>count + unit - 1) & ~(<u64>unit - 1);
}

function growTo(end: u64): bool {
  const pages = (end + 0xffff) >> 16;
  if (pages > 0xffff) return false; // the end must have an address, too
  const missing = <i32>pages - memory.size();
  return missing <= 0 || memory.grow(missing) >= 0;
}

/** Sorts the rows of each chunk by their norm, the longest first. Once, when the codes, zeros and steps are there. */
export function arrange(): void {
  for (let first: u32 = 0; first < rows; first += CHUNK) {
    const size = min(CHUNK, rows - first);
    for (let i: u32 = 0; i < size; i++) {
      const norm = normOf(codes + <usize>(first + i) * stride);
      let at = i;
      for (; at > 0 && load<f64>(chunkNorms + ((at - 1) << 3)) < norm; at--) {
        store<f64>(chunkNorms + (at << 3), load<f64>(chunkNorms + ((at - 1) << 3)));
        store<u8>(order + first + at, load<u8>(order + first + at - 1));
      }
      store<f64>(chunkNorms + (at << 3), norm);
      store<u8>(order + first + at, <u8>i);
    }
    for (let i: u32 = 0; i < size; i += GROUP) {
      // Rounded up, and never to nothing.
      store<f32>(norms + ((first + i) / GROUP << 2), <f32>(load<f64>(chunkNorms + (i << 3)) * 1.000001 + 1e-30));
    }
    moveRows(codes + <usize>first * stride, order + first, size);
  }
}

function normOf(code: usize): f64 {
  let squares: f64 = 0;
  for (let d: u32 = 0; d < rank; d++) {
    const entry = (<f64>load<u8>(code + d) - load<f64>(zeros + (d << 3))) * load<f64>(steps + (d << 3));
    squares += entry * entry;
  }
  return sqrt(squares);
}

/** Puts the row that `places` names at each position: cycle by cycle, with room for one row, which is that of the weights. */
function moveRows(at: usize, places: usize, size: u32): void {
  const done = chunkNorms; // their work is done
  memory.fill(done, 0, size);
  for (let start: u32 = 0; start < size; start++) {
    if (load<u8>(done + start)) continue;
    memory.copy(weights, at + <usize>start * stride, stride);
    let to = start;
    for (;;) {
      store<u8>(done + to, 1);
      const from = <u32>load<u8>(places + to);
      if (from == start) break;
      memory.copy(at + <usize>to * stride, at + <usize>from * stride, stride);
      to = from;
    }
    memory.copy(at + <usize>to * stride, weights, stride);
  }
}

/**
 * Finds the `k` best rows for the weights in memory.
 * @param filtered whether there is a bitmap of excluded rows.
 * @param bonuses so many rows have a bonus: finite, in memory.
 * @param codesAreNear the host is asked for the scores of candidates, which the codes may miss by `codesBlur`.
 * @returns how many were found.
 */
export function search(queryBase: f64, k: u32, filtered: bool, bonuses: u32, codesAreNear: bool, codesBlur: f64): u32 {
  base = queryBase;
  near = codesAreNear;
  blur = codesBlur;
  bonusCount = bonuses;
  quantizeQuery();
  bar = i32.MIN_VALUE; // no sum is as low
  count = 0;
  scored = 0;
  scanned = 0;
  for (let first: u32 = 0; first < rows; first += CHUNK) {
    const start = codes + <usize>first * stride;
    let at = start;
    // With hits the bar may rise, and the end come nearer.
    for (let end = endOfChunk(first); at < end; end = endOfChunk(first)) {
      hits = 0;
      if (first < bonusCount) at = stride == 64 ? scan64WithBonus(at, end) : scanAnyWithBonus(at, end);
      else at = stride == 64 ? scan64(at, end) : scanAny(at, end);
      collect(k, filtered);
    }
    scanned += <u32>(at - start) / stride;
  }
  if (count > k) forgetHopeless(k);
  scoreCandidates();
  sortCandidates();
  return min(count, k);
}

/** Where the rows end, of a chunk that begins with row `first`, that may be above the bar. */
function endOfChunk(first: u32): usize {
  const peak = first < bonusCount ? scale * load<f64>(peaks + (first / CHUNK << 3)) + 1 : 0;
  // The 1 is more than origin can be off. No norm is below 0, nor below what is no number.
  const enough = (<f64>bar - 1 - peak - origin) * perReach;
  const last = min(first + CHUNK, rows);
  let group = first / GROUP;
  const lastGroup = (last - 1) / GROUP;
  if (load<f32>(norms + (lastGroup << 2)) > enough || !(enough > 0)) return min(codes + <usize>roundUp(last, BLOCK) * stride, codesEnd);
  while (load<f32>(norms + (group << 2)) > enough) group++;
  return codes + <usize>(group * GROUP) * stride;
}

/** Weights to terms, what terms can reach, and the slack that rounding them and the bonuses asks for. */
function quantizeQuery(): void {
  let largest: f64 = 0;
  let total: f64 = 0;
  for (let d: u32 = 0; d < rank; d++) {
    const size = abs(load<f64>(weights + (d << 3)));
    largest = max(largest, size);
    total += size;
  }
  const largestBonus = findLargestBonus();
  // No term leaves 16 bits; no sum leaves 32, its terms rounded up by half at the most. Where there is neither a weight
  // nor a bonus all sums are zero: every row ties, as the scores do.
  const room = LARGEST_SUM - 0.5 * 255 * <f64>rank;
  scale = 255 * total + largestBonus == 0 ? 0 : min(min(LARGEST_TERM / largest, room / (255 * total + largestBonus)), LARGEST_SCALE);
  let deviation: f64 = 0;
  let squares: f64 = 0;
  origin = 0;
  for (let d: u32 = 0; d < stride; d++) {
    const wanted = d < rank ? scale * load<f64>(weights + (d << 3)) : 0;
    const term = nearest(wanted);
    deviation += abs(term - wanted);
    const place = (d & ~15) | ((d & 1) << 3) | ((d & 15) >> 1);
    store<i16>(terms + (place << 1), <i16>term);
    if (term == 0) continue;
    origin += term * load<f64>(zeros + (d << 3));
    const part = term / load<f64>(steps + (d << 3));
    squares += part * part;
  }
  perReach = (1 - 1e-9) / sqrt(squares);
  const rounding = 1.01 * 2.0 ** -53 * <f64>(rank + 3) * (abs(base) + 255 * total + largestBonus);
  // The 3 is the 2 of the bonuses and covers the roundings of these lines themselves. No two sums are 2³² apart: more
  // slack is no different.
  slack = <i64>min(ceil(255 * deviation + 2 * scale * (rounding + blur)) + 3, 4_294_967_296);
}

/** The largest size of a bonus; and the peaks. The last chunk is filled up: rows without a bonus are as if it were 0. */
function findLargestBonus(): f64 {
  const whole = <u32>roundUp(bonusCount, CHUNK);
  for (let row = bonusCount; row < whole; row++) store<f64>(bonus + (row << 3), 0);
  let size = f64x2.splat(0);
  for (let first: u32 = 0; first < whole; first += CHUNK) {
    let peak = f64x2.splat(-Infinity);
    let low = f64x2.splat(Infinity);
    for (let at = bonus + (<usize>first << 3), end = at + CHUNK * 8; at < end; at += 32) {
      const one = v128.load(at);
      const two = v128.load(at, 16);
      peak = f64x2.pmax(peak, f64x2.pmax(one, two));
      low = f64x2.pmin(low, f64x2.pmin(one, two));
    }
    store<f64>(peaks + (first / CHUNK << 3), larger(peak));
    size = f64x2.pmax(size, f64x2.pmax(f64x2.abs(peak), f64x2.abs(low)));
  }
  return larger(size);
}

function larger(pair: v128): f64 {
  return max(f64x2.extract_lane(pair, 0), f64x2.extract_lane(pair, 1));
}

/*
 * The scan: sums of four rows at a time, in the order of memory. Blocks with a sum above the bar are noted as hits;
 * both scans stop when there is no room for another, and return where to go on.
 *
 * Sixteen codes are taken as eight pairs: the even ones by a mask, the odd ones by a shift.
 *
 * Nobody reads `fence`. V8 in Node 20 moves the loads of a loop to its head, runs out of registers and spills; it
 * moves none across a store. With these stores 60k × 64 takes 128 µs instead of 186, and newer V8s lose nothing.
 */

function dot16(pairs: v128, even: v128, odd: v128, mask: v128): v128 {
  return i32x4.add(i32x4.dot_i16x8_s(v128.and(pairs, mask), even), i32x4.dot_i16x8_s(i16x8.shr_u(pairs, 8), odd));
}

/** A row of rank 64: four numbers that add up to its sum. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function dot64(at: usize, e0: v128, o0: v128, e1: v128, o1: v128, e2: v128, o2: v128, e3: v128, o3: v128, mask: v128): v128 {
  const half = i32x4.add(dot16(v128.load(at), e0, o0, mask), dot16(v128.load(at, 16), e1, o1, mask));
  v128.store(fence, half);
  const rest = i32x4.add(dot16(v128.load(at, 32), e2, o2, mask), dot16(v128.load(at, 48), e3, o3, mask));
  const whole = i32x4.add(half, rest);
  v128.store(fence, whole);
  return whole;
}

/** Adds up half of what is left to add and puts two rows side by side: a b a b. */
function join(a: v128, b: v128): v128 {
  return i32x4.add(i32x4.shuffle(a, b, 0, 4, 1, 5), i32x4.shuffle(a, b, 2, 6, 3, 7));
}

/** Adds up the other half: the sums of a b c d. */
function joinPairs(ab: v128, cd: v128): v128 {
  return i32x4.add(i64x2.shuffle(ab, cd, 0, 2), i64x2.shuffle(ab, cd, 1, 3));
}

function positionOf(at: usize): u32 {
  return <u32>(at - codes) / stride;
}

/** The bonuses of four rows, as parts of their sums. @param from those of their chunk. @param places where in it they are, a byte each. */
function bonusTerms(from: usize, places: u32, scales: v128): v128 {
  const a = f64x2.splat(load<f64>(from + ((places & 255) << 3)));
  const ab = f64x2.replace_lane(a, 1, load<f64>(from + (((places >> 8) & 255) << 3)));
  const c = f64x2.splat(load<f64>(from + (((places >> 16) & 255) << 3)));
  const cd = f64x2.replace_lane(c, 1, load<f64>(from + ((places >> 24) << 3)));
  return i64x2.shuffle(i32x4.trunc_sat_f64x2_s_zero(f64x2.mul(ab, scales)), i32x4.trunc_sat_f64x2_s_zero(f64x2.mul(cd, scales)), 0, 2);
}

/** @returns whether there is no room for another block. */
function note(at: usize, sums: v128): bool {
  v128.store(hitSums + (hits << 4), sums);
  store<usize>(hitBlocks + (hits << 2), at);
  return ++hits == MAX_HITS;
}

function scan64(at: usize, end: usize): usize {
  return scanRank64(at, end, false);
}

function scan64WithBonus(at: usize, end: usize): usize {
  return scanRank64(at, end, true);
}

function scanAny(at: usize, end: usize): usize {
  return scanAnyRank(at, end, false);
}

function scanAnyWithBonus(at: usize, end: usize): usize {
  return scanAnyRank(at, end, true);
}

/** Rank 64, the default of a model: the terms stay in registers. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function scanRank64(at: usize, end: usize, withBonus: bool): usize {
  const scales = f64x2.splat(scale);
  const bonuses = bonus + (<usize>(positionOf(at) & ~(CHUNK - 1)) << 3);
  let place = order + positionOf(at);
  const mask = i16x8.splat(0xff);
  const bars = i32x4.splat(bar);
  const e0 = v128.load(terms);
  const o0 = v128.load(terms, 16);
  const e1 = v128.load(terms, 32);
  const o1 = v128.load(terms, 48);
  const e2 = v128.load(terms, 64);
  const o2 = v128.load(terms, 80);
  const e3 = v128.load(terms, 96);
  const o3 = v128.load(terms, 112);
  for (; at < end; at += 256) {
    const a = dot64(at, e0, o0, e1, o1, e2, o2, e3, o3, mask);
    const b = dot64(at + 64, e0, o0, e1, o1, e2, o2, e3, o3, mask);
    const ab = join(a, b);
    const c = dot64(at + 128, e0, o0, e1, o1, e2, o2, e3, o3, mask);
    const d = dot64(at + 192, e0, o0, e1, o1, e2, o2, e3, o3, mask);
    let sums = joinPairs(ab, join(c, d));
    if (withBonus) {
      sums = i32x4.add(sums, bonusTerms(bonuses, load<u32>(place), scales));
      place += BLOCK;
    }
    if (i32x4.bitmask(i32x4.gt_s(sums, bars)) && note(at, sums)) return at + 256;
  }
  return at;
}

/** Other ranks: their terms come from memory again for every four rows, which is hardly slower. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function scanAnyRank(at: usize, end: usize, withBonus: bool): usize {
  const scales = f64x2.splat(scale);
  const bonuses = bonus + (<usize>(positionOf(at) & ~(CHUNK - 1)) << 3);
  let place = order + positionOf(at);
  const mask = i16x8.splat(0xff);
  const bars = i32x4.splat(bar);
  const step: usize = stride;
  while (at < end) {
    let a = i32x4.splat(0);
    let b = i32x4.splat(0);
    let c = i32x4.splat(0);
    let d = i32x4.splat(0);
    let t = terms;
    for (let from = at, stop = at + step; from < stop; from += 16, t += 32) {
      const even = v128.load(t);
      const odd = v128.load(t, 16);
      a = i32x4.add(a, dot16(v128.load(from), even, odd, mask));
      b = i32x4.add(b, dot16(v128.load(from + step), even, odd, mask));
      c = i32x4.add(c, dot16(v128.load(from + 2 * step), even, odd, mask));
      d = i32x4.add(d, dot16(v128.load(from + 3 * step), even, odd, mask));
    }
    let sums = joinPairs(join(a, b), join(c, d));
    if (withBonus) {
      sums = i32x4.add(sums, bonusTerms(bonuses, load<u32>(place), scales));
      place += BLOCK;
    }
    const block = at;
    at += 4 * step;
    if (i32x4.bitmask(i32x4.gt_s(sums, bars)) && note(block, sums)) break;
  }
  return at;
}

// The candidates: 16 bytes each, moved as one vector. Until they are scored their position is where the score will be.

function candidate(index: u32): usize {
  return candidates + (index << 4);
}

function rowOf(at: usize): u32 {
  return load<u32>(at);
}

function sumOf(at: usize): i32 {
  return load<i32>(at, 4);
}

function scoreOf(at: usize): f64 {
  return load<f64>(at, 8);
}

function codesOf(at: usize): usize {
  return codes + <usize>load<u32>(at, 8) * stride;
}

/** Hits to candidates. */
function collect(k: u32, filtered: bool): void {
  const capacity: u32 = max<u32>(MIN_CAPACITY, CAPACITY_PER_RESULT * k);
  for (let hit: u32 = 0; hit < hits; hit++) {
    const first = positionOf(load<usize>(hitBlocks + (hit << 2)));
    for (let lane: u32 = 0; lane < BLOCK; lane++) {
      const sum = load<i32>(hitSums + (hit << 4) + (lane << 2));
      const position = first + lane;
      if (sum <= bar || position >= rows) continue; // behind the last row, a block is filled up with zeros
      const row = (position & ~(CHUNK - 1)) | load<u8>(order + position);
      if (filtered && (load<u32>(excluded + (row >> 5 << 2)) >> (row & 31)) & 1) continue;
      const at = candidate(count++);
      store<u32>(at, row);
      store<i32>(at, sum, 4);
      store<u32>(at, position, 8);
      if (count == capacity) thinOut(k, capacity);
    }
  }
}

/** Makes room among the candidates and raises the bar. */
function thinOut(k: u32, capacity: u32): void {
  forgetHopeless(k);
  if (count <= capacity / 2) return;

  // Near ties, which sums do not tell apart. Scores do.
  scoreCandidates();
  sortCandidates();
  count = k;
  scored = k;
  raiseBar(sumOf(candidate(k - 1)));
}

/** Raises the bar by the candidates' sums and drops those that are not above it. The others keep their order. */
function forgetHopeless(k: u32): void {
  raiseBar(sumOfBest(k));
  let kept: u32 = 0;
  let keptScored: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const at = candidate(i);
    if (sumOf(at) <= bar) continue;
    v128.store(candidate(kept++), v128.load(at));
    if (i < scored) keptScored = kept;
  }
  count = kept;
  scored = keptScored;
}

/** At least k candidates have this sum or more, and hardly more than k. */
function sumOfBest(k: u32): i32 {
  // The sums alone, filled up to a multiple of four; spare has room.
  let low = i32.MAX_VALUE;
  let high = i32.MIN_VALUE;
  for (let i: u32 = 0; i < count; i++) {
    const sum = sumOf(candidate(i));
    store<i32>(spare + (i << 2), sum);
    low = min(low, sum);
    high = max(high, sum);
  }
  v128.store(spare + (count << 2), i32x4.splat(i32.MIN_VALUE));

  const end = spare + (count << 2);
  const enough = k + (k >> 3);
  while (low < high) {
    // So many are above the middle, of a range that may be wider than an i32.
    const middle = <i32>((<i64>low + <i64>high) >> 1);
    const middles = i32x4.splat(middle);
    let above = i32x4.splat(0);
    for (let at = spare; at < end; at += 16) above = i32x4.sub(above, i32x4.gt_s(v128.load(at), middles));
    const reaching: u32 =
      i32x4.extract_lane(above, 0) + i32x4.extract_lane(above, 1) + i32x4.extract_lane(above, 2) + i32x4.extract_lane(above, 3);
    if (reaching < k) {
      high = middle;
    } else {
      low = middle + 1;
      if (reaching <= enough) break;
    }
  }
  return low;
}

/** @param sum of the k-th best: rows more than slack below it have no chance. */
function raiseBar(sum: i32): void {
  bar = <i32>max(<i64>bar, <i64>sum - slack - 1);
}

/** Scores, as scoring.ts adds them up. Four rows at a time: each addition waits for the one before it. */
function scoreCandidates(): void {
  let i = scored;
  if (near) {
    for (; i < count; i++) finish(candidate(i), askForScore(rowOf(candidate(i))));
  }
  for (; i + 4 <= count; i += 4) {
    let a = codesOf(candidate(i));
    let b = codesOf(candidate(i + 1));
    let c = codesOf(candidate(i + 2));
    let d = codesOf(candidate(i + 3));
    let scoreA = base;
    let scoreB = base;
    let scoreC = base;
    let scoreD = base;
    for (let at = weights, end = weights + (rank << 3); at < end; at += 8) {
      const weight = load<f64>(at);
      scoreA += weight * <f64>load<u8>(a++);
      scoreB += weight * <f64>load<u8>(b++);
      scoreC += weight * <f64>load<u8>(c++);
      scoreD += weight * <f64>load<u8>(d++);
    }
    finish(candidate(i), scoreA);
    finish(candidate(i + 1), scoreB);
    finish(candidate(i + 2), scoreC);
    finish(candidate(i + 3), scoreD);
  }
  for (; i < count; i++) {
    let code = codesOf(candidate(i));
    let score = base;
    for (let at = weights, end = weights + (rank << 3); at < end; at += 8) score += load<f64>(at) * <f64>load<u8>(code++);
    finish(candidate(i), score);
  }
  scored = count;
}

/** The bonus comes last. */
function finish(at: usize, score: f64): void {
  const row = rowOf(at);
  store<f64>(at, row < bonusCount ? score + load<f64>(bonus + (<usize>row << 3)) : score, 8);
}

/** By score, best first; of equal scores the lower row comes first. */
function sortCandidates(): void {
  const RUN: u32 = 8;
  for (let from: u32 = 0; from < count; from += RUN) insertionSort(from, min(from + RUN, count));
  for (let width = RUN; width < count; width <<= 1) {
    for (let from: u32 = 0; from < count; from += width << 1) {
      merge(from, min(from + width, count), min(from + (width << 1), count));
    }
    const sorted = spare;
    spare = candidates;
    candidates = sorted;
  }
}

function isBefore(one: usize, other: usize): bool {
  const difference = scoreOf(one) - scoreOf(other);
  return difference > 0 || (difference == 0 && rowOf(one) < rowOf(other));
}

function insertionSort(from: u32, to: u32): void {
  for (let i = from + 1; i < to; i++) {
    v128.store(fence, v128.load(candidate(i))); // is only moving
    let at = i;
    for (; at > from && isBefore(fence, candidate(at - 1)); at--) v128.store(candidate(at), v128.load(candidate(at - 1)));
    v128.store(candidate(at), v128.load(fence));
  }
}

/** Merges candidates from … middle and middle … to into spare. */
function merge(from: u32, middle: u32, to: u32): void {
  let left = candidate(from);
  let right = candidate(middle);
  const leftEnd = right;
  const rightEnd = candidate(to);
  for (let out = spare + (from << 4), end = spare + (to << 4); out < end; out += 16) {
    if (left < leftEnd && (right == rightEnd || isBefore(left, right))) {
      v128.store(out, v128.load(left));
      left += 16;
    } else {
      v128.store(out, v128.load(right));
      right += 16;
    }
  }
}

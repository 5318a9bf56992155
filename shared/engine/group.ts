import { FrameRateError } from '../errors.ts';
import type { GroupMember, GroupQuery, GroupRecommendation, GroupRecommendations, MemberOpinion } from '../groupQuery.ts';
import { itemRow, type ItemRow } from '../ids.ts';
import { modelTagOf, readTasteCode } from '../tasteCode.ts';
import { fitRatings, type RatedRow, type RatingPredictor } from './expectedRating.ts';
import { checkK, DEFAULT_K, type Person, type Recommender } from './recommender.ts';
import type { RowSet } from './rowSet.ts';
import { scoreRow, toCodeQuery, type CodeQuery } from './scoring.ts';

/** More people do not agree on a film. */
export const MAX_MEMBERS = 12;
/** The list is chosen among so many of the best on average. */
export const GROUP_POOL = 500;
export const DEFAULT_FAIRNESS = 0.3;
/** Somebody's liking of 1 is the score of the film at this place of their own list. */
const YARDSTICK = 10;

/** One of the group, with what their scores are measured by. */
interface Voice {
  readonly rated: ReadonlyMap<ItemRow, RatedRow>;
  readonly person: Pick<Person, 'vector' | 'bonus'>;
  readonly code: CodeQuery;
  /** The score that is a liking of 1. */
  readonly unit: number;
  readonly predict: RatingPredictor | null;
  /** What may come for nobody because of them. */
  readonly leftOut: RowSet;
}

/**
 * One list for several people.
 *
 *     liking_m(j) = score_m(j) / score_m(own tenth best)
 *     worth(j)    = (1 − fairness) · mean_m liking_m(j) + fairness · min_m liking_m(j)
 *
 * score_m is what the person alone would see, residual and damping and all. Scores are linear in the vector, so the mean of
 * the vectors, each divided by its unit, is a query itself: one search finds the GROUP_POOL best on average, and those are
 * ordered by their worth. A film that somebody is cold to (a liking below 0) comes after all that nobody is.
 *
 * Chosen by measurement: ml-latest-small (fold 0, 121 people that the model never saw), 150 groups of strangers a size; NDCG@10
 * of the list against what each of them took, on average and of whoever is served worst, and the least liking of a film in
 * it. In groups of two the mean of raw scores serves the loudest (.315, .101; .13), that of likings everybody (fairness 0:
 * .296, .127; .22). A fairness of .3 takes little from that and keeps duds out (.282, .115; .30), where a hard floor under
 * likings costs more (.15: .271, .107; .33), and so do Borda (.228, .084; .47) and least misery (fairness 1: .218, .085; .48).
 * Likewise in groups of three and five. People themselves prefer the average without misery, too: Masthoff, "Group modeling",
 * UMUAI 14, 2004.
 *
 * @throws {FrameRateError} `BAD_QUERY`, with its place: a taste code that is damaged or of another model, members that are
 *   none or too many, and what `recommend` refuses; `RATING_OUT_OF_RANGE`.
 */
export async function recommendForGroup(recommender: Recommender, query: GroupQuery): Promise<GroupRecommendations> {
  const start = performance.now();
  const { members, k = DEFAULT_K, exclude, filter, seenToo = false, fairness = DEFAULT_FAIRNESS } = query;
  checkK(k);
  if (k > GROUP_POOL) throw new FrameRateError('BAD_QUERY', `k is ${k}; for a group it goes from 1 to ${GROUP_POOL}.`, '/k');
  if (!(fairness >= 0 && fairness <= 1)) throw new FrameRateError('BAD_QUERY', `fairness is ${fairness}; it goes from 0 to 1.`, '/fairness');
  if (members.length < 1 || members.length > MAX_MEMBERS) throw new FrameRateError('BAD_QUERY', `A group has 1 to ${MAX_MEMBERS} members, not ${members.length}.`, '/members');
  const { index, model } = recommender;
  const leftOut = recommender.leftOut([], exclude, filter);
  const voices: Voice[] = [];
  for (const [i, member] of members.entries()) {
    const voice = await within(`/members/${i}`, () => hear(recommender, member));
    leftOut.addAll(voice.leftOut);
    if (!seenToo) for (const row of voice.rated.keys()) leftOut.add(row);
    voices.push(voice);
  }
  const pool = index.search(meanVector(voices), GROUP_POOL, leftOut, meanBonus(voices));
  const ranked = Array.from(pool.rows, (row) => {
    const likings = voices.map((voice) => scoreOf(recommender, voice, row) / voice.unit);
    const least = Math.min(...likings);
    const mean = likings.reduce((sum, liking) => sum + liking, 0) / likings.length;
    return { row: itemRow(row), likings, cold: least < 0, score: (1 - fairness) * mean + fairness * least };
  }).sort((a, b) => Number(a.cold) - Number(b.cold) || b.score - a.score || a.row - b.row);
  const items = ranked.slice(0, k).map(
    ({ row, likings, score }): GroupRecommendation => ({ item: model.catalog.item(row), score, members: voices.map((voice, m) => opinionOf(voice, row, likings[m]!)) }),
  );
  return { items, computeMs: performance.now() - start };
}

async function hear(recommender: Recommender, member: GroupMember): Promise<Voice> {
  const { index, model } = recommender;
  const { factors, stars, manifest } = model;
  const person: Person = 'taste' in member ? { known: [], unknown: [], vector: vectorOf(recommender, member.taste) } : await recommender.person(member.ratings);
  const { known } = person;
  const own = index.search(person.vector, YARDSTICK, recommender.leftOut(known.map(({ row }) => row)), person.bonus);
  const tenth = own.scores.at(-1) ?? 0;
  return {
    rated: new Map(known.map((rating) => [rating.row, rating])),
    person,
    code: toCodeQuery(factors, person.vector),
    unit: tenth > 0 ? tenth : 1, // nothing in the catalogue is for them: their likings are small numbers then
    predict: stars && !('taste' in member) ? fitRatings(factors, stars, manifest.ratingScale, known) : null,
    leftOut: recommender.leftOut([], [], member.filter),
  };
}

/** Runs `work`; what it has against the question lies below `pointer`. */
async function within<T>(pointer: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FrameRateError && error.pointer !== undefined) throw new FrameRateError(error.code, error.message, pointer + error.pointer, { cause: error });
    throw error;
  }
}

function vectorOf({ model: { manifest } }: Recommender, text: string): Float32Array {
  const code = readTasteCode(text);
  if (code === 'newer') throw new FrameRateError('BAD_QUERY', 'The taste code was written by a later release. Update this one.', '/taste');
  if (code === 'damaged') throw new FrameRateError('BAD_QUERY', 'The taste code is damaged or not whole. Copy it again.', '/taste');
  if (code.modelTag !== modelTagOf(manifest.modelId) || code.vector.length !== manifest.model.rank) {
    throw new FrameRateError('BAD_QUERY', `The taste code belongs to another model (${code.modelTag}…; this is ${manifest.modelId}). Make a new one with this model.`, '/taste');
  }
  return code.vector;
}

function scoreOf({ model: { factors } }: Recommender, { code, person: { bonus } }: Voice, row: number): number {
  const score = scoreRow(factors, code, row);
  return bonus && row < bonus.length ? score + bonus[row]! : score;
}

/** Their vectors, each in its own unit, on average. */
function meanVector(voices: readonly Voice[]): Float32Array {
  const sum = new Float64Array(voices[0]!.person.vector.length);
  for (const { person, unit } of voices) person.vector.forEach((value, d) => (sum[d]! += value / unit / voices.length));
  return Float32Array.from(sum);
}

function meanBonus(voices: readonly Voice[]): Float64Array | undefined {
  const length = Math.max(...voices.map(({ person: { bonus } }) => bonus?.length ?? 0));
  if (length === 0) return undefined;
  const sum = new Float64Array(length);
  for (const { person, unit } of voices) person.bonus?.forEach((value, row) => (sum[row]! += value / unit / voices.length));
  return sum;
}

function opinionOf({ rated, predict }: Voice, row: ItemRow, liking: number): MemberOpinion {
  const own = rated.get(row);
  return { liking, ...(own ? { rated: own.rating } : predict && { expected: predict(row) }) };
}

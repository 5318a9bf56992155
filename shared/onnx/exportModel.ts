import type { Sq8Table } from '../artifact/faissSq8.ts';
import type { FactorTable, WideTable } from '../artifact/factorTable.ts';
import type { Model } from '../artifact/load.ts';
import type { SumTable } from '../artifact/foldInFile.ts';
import type { SvdParameters } from '../artifact/manifest.ts';
import type { ResidualTable } from '../artifact/residualFile.ts';
import { decodeRow } from '../engine/scoring.ts';
import { dampingFactors } from '../engine/sumRule.ts';
import { FrameRateError } from '../errors.ts';
import type { RatingScale } from '../query.ts';
import { ratingWeight } from '../ratingWeight.ts';
import { ENCODER_INPUTS } from './encoder.ts';
import { DATA_TYPE, Graph, onnxModel, type TensorType, type Value } from './graph.ts';

/** What an exported model is given … */
export const ONNX_INPUTS = {
  rows: { type: 'int64', shape: ['rated'] },
  weights: { type: 'float32', shape: ['rated'] },
  k: { type: 'int64', shape: [1] },
} as const satisfies Record<string, TensorType>;

/** … and what it answers. */
export const ONNX_OUTPUTS = {
  topRows: { type: 'int64', shape: ['found'] },
  topScores: { type: 'float32', shape: ['found'] },
} as const satisfies Record<string, TensorType>;

/**
 * A model as one ONNX graph, for runtimes that know nothing of FrameRate. It computes in 32-bit floats what sumRule.ts
 * and scoring.ts define in doubles: the same items, but for ties that only doubles tell apart.
 *
 *     rows, weights ──> userVector ──> scores ──> bestRows ──> topRows, topScores
 *           └───────> residualScores ──^    rows, k ──^
 */
export function exportOnnx(model: Model): Uint8Array<ArrayBuffer> {
  const { manifest, factors, catalog } = model;
  const { name, modelId, ratingScale, dataset, counts } = manifest;
  const weightRule = describeWeight(ratingScale);

  const graph = new Graph();
  const rows = graph.input('rows', ONNX_INPUTS.rows, 'Rows of the rated items, each at most once; none for somebody new. "item_ids" in the metadata lists the ids in row order.');
  const weights = graph.input('weights', ONNX_INPUTS.weights, `What each rating weighs: ${weightRule}.`);
  const k = graph.input('k', ONNX_INPUTS.k, 'How many items to find.');
  const rated: RatedItems = { rows, weights, count: graph.node('ratedCount', 'Shape', [rows]) };

  const items = itemFactors(graph, factors);
  const user = userVector(graph, items, model, rated);
  // Decoded from constants alone: a runtime does it once, when it loads the file.
  const lowRank = graph.node('scores', 'MatMul', [user, items.decode('items', items.codes)]);
  const scores = model.residual ? graph.node('scoresInAll', 'Add', [lowRank, residualScores(graph, model.residual, model, rated)]) : lowRank;
  const { topRows, topScores } = bestRows(graph, scores, rated, k);
  graph.output(topRows, ONNX_OUTPUTS.topRows, 'Rows of the best items that were not rated, best first; fewer than k where fewer are left.');
  graph.output(topScores, ONNX_OUTPUTS.topScores, 'Their scores.');

  return onnxModel(graph, {
    name: 'framerate',
    producer: 'FrameRate',
    doc: `FrameRate model "${name}": recommends from ${counts.items} items. Trained on ${counts.ratings} ratings by ${counts.users} people (${dataset.name}).`,
    metadata: {
      model_id: modelId,
      model_name: name,
      dataset: dataset.name,
      ...(dataset.url !== null && { dataset_url: dataset.url }),
      ...(dataset.attribution !== null && { attribution: dataset.attribution }),
      ...(dataset.licence !== null && { model_license: dataset.licence }), // the key that IR.md suggests
      rating_scale: `${ratingScale.min} to ${ratingScale.max}`,
      rating_weight: weightRule,
      item_ids: JSON.stringify(Array.from({ length: catalog.size }, (_, row) => catalog.idOf(row))),
    },
  });
}

/**
 * The fold-in of a model as an encoder (encoder.ts): what a network that is to take its place is measured against, and
 * the smallest example of one.
 */
export function exportEncoder(model: Model): Uint8Array<ArrayBuffer> {
  const { manifest, factors } = model;
  const graph = new Graph();
  const rows = graph.input('rows', ENCODER_INPUTS.rows, 'Rows of the rated items, each once.');
  const weights = graph.input('weights', ENCODER_INPUTS.weights, `What each rating weighs: ${describeWeight(manifest.ratingScale)}.`);
  const user = userVector(graph, itemFactors(graph, factors), model, { rows, weights, count: graph.node('ratedCount', 'Shape', [rows]) });
  graph.output(user, { type: 'float32', shape: [factors.rank] }, 'The person, to be multiplied with the factors of every item.');
  return onnxModel(graph, { name: 'encoder', producer: 'FrameRate', doc: `The fold-in of FrameRate model "${manifest.name}".`, metadata: { model_id: manifest.modelId } });
}

/** w(rating) as a formula; it is a straight line. */
function describeWeight(scale: RatingScale): string {
  const round = (value: number): number => Math.round(value * 1e9) / 1e9;
  const low = ratingWeight(scale, scale.min);
  const slope = (ratingWeight(scale, scale.max) - low) / (scale.max - scale.min || 1);
  const start = round(low - slope * scale.min);
  return `${start === 0 ? '' : `${start} + `}${round(slope)} * rating`;
}

/** A person. */
interface RatedItems {
  readonly rows: Value;
  readonly weights: Value;
  /** int64 [1]: how many they are. */
  readonly count: Value;
}

/** The item factors F. */
interface ItemFactors {
  readonly rank: number;
  readonly count: number;
  /** [rank, items]: uint8, or what the numbers are themselves. */
  readonly codes: Value;
  /** Numbers, float32 [rank, any], for codes [rank, any]. */
  decode(name: string, codes: Value): Value;
}

const itemFactors = (graph: Graph, factors: FactorTable): ItemFactors =>
  'codes' in factors ? codedFactors(graph, factors) : wideFactors(graph, factors);

/** Floats of 16 bits, too, become floats of 32: every runtime multiplies these. */
function wideFactors(graph: Graph, table: WideTable): ItemFactors {
  const { rows, rank } = table;
  const byDimension = new Float32Array(rows * rank);
  const entries = new Float64Array(rank);
  for (let row = 0; row < rows; row++) {
    decodeRow(table, row, entries);
    for (let d = 0; d < rank; d++) byDimension[d * rows + row] = entries[d]!;
  }
  return { rank, count: rows, codes: graph.floats('factors', [rank, rows], byDimension), decode: (_, part) => part };
}

/** The codes stay codes in the file; dimension after dimension, which is how MatMul reads them fastest. */
function codedFactors(graph: Graph, { rows, rank, min, range, codes }: Sq8Table): ItemFactors {
  const byDimension = new Uint8Array(codes.length);
  for (let row = 0; row < rows; row++) {
    for (let d = 0; d < rank; d++) byDimension[d * rows + row] = codes[row * rank + d]!;
  }
  // min + (code + ½) · step = (code − zero) · step + rest, with zero the code next to the value 0: the factors of
  // items that few people know are tiny, and a difference of large numbers would lose them in 32 bits.
  const step = Array.from(range, (value) => value / 255);
  const zero = step.map((value, d) => (value === 0 ? 0 : Math.min(255, Math.max(0, Math.round(-min[d]! / value - 0.5)))));
  const rest = step.map((value, d) => min[d]! + (zero[d]! + 0.5) * value);
  const zeroCode = graph.floats('zeroCode', [rank, 1], zero);
  const codeStep = graph.floats('codeStep', [rank, 1], step);
  const zeroRest = graph.floats('zeroRest', [rank, 1], rest);
  return {
    rank,
    count: rows,
    codes: graph.uint8s('codes', [rank, rows], byDimension),
    // DequantizeLinear is not that: it knows no rest, and runtimes do it at every question anew.
    decode: (name, part) => {
      const steps = graph.node(`${name}Steps`, 'Sub', [graph.node(`${name}Codes`, 'Cast', [part], { to: DATA_TYPE.float32 }), zeroCode]);
      return graph.node(name, 'Add', [graph.node(`${name}FromZero`, 'Mul', [steps, codeStep]), zeroRest]);
    },
  };
}

/**
 * u = g(n) ⊙ (Σ w_i · E_i + c · ū), float32 [rank], as sumRule.ts has it.
 * @throws {FrameRateError} `BAD_QUERY` for a model whose people are no sums.
 */
function userVector(graph: Graph, items: ItemFactors, { foldIn, manifest: { model } }: Model, rated: RatedItems): Value {
  if (model.kind === 'ials' || 'gram' in foldIn) {
    throw new FrameRateError('BAD_QUERY', 'An iALS model solves equations for each person, and ONNX has no operator for that: it cannot be exported. Export one of another kind (train --model ssvd, puresvd or popularity).');
  }
  const ratedFactors = items.decode('rated', graph.node('ratedColumns', 'Gather', [items.codes, rated.rows], { axis: 1 }));
  const ratedScale = graph.node('ratedScale', 'Gather', [graph.floats('encoderScale', [items.count], foldIn.encoderScale), rated.rows]);
  const ratedWeights = graph.node('ratedWeights', 'Mul', [rated.weights, ratedScale]);
  // The average person is one more rating: so the sum is never over nothing.
  const terms = graph.node('terms', 'Concat', [ratedFactors, graph.floats('prior', [items.rank, 1], foldIn.prior)], { axis: 1 });
  const termWeights = graph.node('termWeights', 'Concat', [ratedWeights, priorWeight(graph, model, rated)], { axis: 0 });
  const sum = graph.node('sum', 'MatMul', [terms, termWeights]);
  return graph.node('user', 'Mul', [sum, damping(graph, foldIn, model, rated)]);
}

/** c, float32 [1]; where that is 0, 1 for somebody without ratings. */
function priorWeight(graph: Graph, { priorWeight: weight }: SvdParameters, rated: RatedItems): Value {
  if (weight > 0) return graph.floats('priorWeight', [1], [weight]);
  const somebody = graph.node('somebody', 'Cast', [rated.count], { to: DATA_TYPE.bool });
  return graph.node('priorWeight', 'Where', [somebody, graph.floats('priorWeightSome', [1], [0]), graph.floats('priorWeightNone', [1], [1])]);
}

/** g(n), float32 [rank]: 1 / (1 + λ(n) · noise) with λ(n) = κ · max(0, 1 / n − 1 / n1), and its limit without ratings. */
function damping(graph: Graph, table: SumTable, parameters: SvdParameters, rated: RatedItems): Value {
  const { shrinkage, shrinkageEnd } = parameters;
  const { length: rank } = table.noise;
  const one = graph.floats('one', [1], [1]);
  const n = graph.node('n', 'Max', [graph.node('ratedCountFloat', 'Cast', [rated.count], { to: DATA_TYPE.float32 }), one]);
  const rarity = graph.node('rarity', 'Sub', [graph.node('nInverse', 'Reciprocal', [n]), graph.floats('shrinkageEndInverse', [1], [1 / shrinkageEnd])]);
  const positive = graph.node('rarityPositive', 'Max', [rarity, graph.floats('zero', [1], [0])]);
  const lambda = graph.node('lambda', 'Mul', [positive, graph.floats('shrinkage', [1], [shrinkage])]);
  const lambdaNoise = graph.node('lambdaNoise', 'Mul', [lambda, graph.floats('noise', [rank], table.noise)]);
  const someRatings = graph.node('dampingSome', 'Reciprocal', [graph.node('lambdaNoisePlusOne', 'Add', [lambdaNoise, one])]);
  const noRatings = graph.floats('dampingNone', [rank], dampingFactors(table, parameters, 0));
  return graph.node('damping', 'Where', [graph.node('anyRated', 'Cast', [rated.count], { to: DATA_TYPE.bool }), someRatings, noRatings]);
}

/**
 * What the residual adds to each item's score, float32 [items], as residual.ts has it. There its lists are by rated row;
 * here each item has as many sources as any, of which some weigh nothing, so that one Gather finds all weights.
 */
function residualScores(graph: Graph, residual: ResidualTable, { manifest }: Model, rated: RatedItems): Value {
  const items = manifest.counts.items;
  const { shape, sources, values } = bySource(residual);
  const unrated = graph.floats('unrated', [items], new Float32Array(items));
  const weightOfItem = graph.node('weightOfItem', 'ScatterElements', [unrated, rated.rows, rated.weights], { axis: 0 });
  const sourceRows = graph.node('sourceRows', 'Cast', [graph.uint16s('sources', shape, sources)], { to: DATA_TYPE.int32 });
  const sourceWeights = graph.node('sourceWeights', 'Gather', [weightOfItem, sourceRows], { axis: 0 });
  const sourceValues = graph.node('sourceValues', 'Cast', [graph.int8s('sourceCodes', shape, values)], { to: DATA_TYPE.float32 });
  const sums = graph.node('residualSums', 'ReduceSum', [graph.node('residualTerms', 'Mul', [sourceWeights, sourceValues]), graph.ints('sourceAxis', [1], [0])], { keepdims: 0 });
  // The trust in n ratings, min(1, n / fullFrom)².
  const n = graph.node('residualRated', 'Cast', [rated.count], { to: DATA_TYPE.float32 });
  const part = graph.node('residualPart', 'Min', [graph.node('residualRatio', 'Mul', [n, graph.floats('residualFrom', [1], [1 / (manifest.model.residual?.fullFrom ?? 1)])]), graph.floats('residualWhole', [1], [1])]);
  const scaled = graph.node('residualScaled', 'Mul', [sums, graph.floats('residualScale', [residual.rows], residual.scale)]);
  const covered = graph.node('residualCovered', 'Mul', [scaled, graph.node('residualTrust', 'Mul', [part, part])]);
  return graph.node('residual', 'Concat', [covered, graph.floats('residualNone', [items - residual.rows], new Float32Array(items - residual.rows))], { axis: 0 });
}

/** Sources of each row, [most of any, rows]. */
function bySource({ rows, offsets, targets, values }: ResidualTable): { shape: [number, number]; sources: Uint16Array; values: Int8Array } {
  const count = new Uint32Array(rows);
  for (const target of targets) count[target]!++;
  const most = Math.max(0, ...count);
  const bySource = { shape: [most, rows] as [number, number], sources: new Uint16Array(most * rows), values: new Int8Array(most * rows) };
  count.fill(0);
  for (let row = 0; row < rows; row++) {
    for (let e = offsets[row]!; e < offsets[row + 1]!; e++) {
      const at = count[targets[e]!]!++ * rows + targets[e]!;
      bySource.sources[at] = row;
      bySource.values[at] = values[e]!;
    }
  }
  return bySource;
}

/** The k largest scores among the items that were not rated. Of equal ones TopK takes the lower row first, as we do. */
function bestRows(graph: Graph, scores: Value, rated: RatedItems, k: Value): { topRows: Value; topScores: Value } {
  const never = graph.node('never', 'Expand', [graph.floats('minusInfinity', [1], [-Infinity]), rated.count]);
  const openScores = graph.node('openScores', 'ScatterElements', [scores, rated.rows, never], { axis: 0 });
  const left = graph.node('left', 'Sub', [graph.node('itemCount', 'Shape', [scores]), rated.count]);
  const [topScores, topRows] = graph.nodes(['topScores', 'topRows'], 'TopK', [openScores, graph.node('found', 'Min', [k, left])], { axis: 0 });
  return { topRows: topRows!, topScores: topScores! };
}

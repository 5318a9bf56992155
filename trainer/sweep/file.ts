import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type YAMLMap } from 'yaml';
import { InputError } from '../inputError.ts';
import { PARAMETER_NAMES, PARAMETERS, type Kind, type ParameterName } from './parameters.ts';
import type { Range, Space, Value } from './space.ts';

/** Whose NDCG@10 decides: of people told all they rated, or after one, three, five and ten. */
export type Objective = 'all' | 'few';

export interface SweepFile {
  readonly name: string;
  /** As `--data`, where the command line names none. */
  readonly data: readonly string[] | null;
  readonly space: Space;
  readonly objective: Objective;
  /** Null: no limit. */
  readonly budget: { readonly trials: number | null; readonly minutes: number | null };
}

/** @throws {InputError} that names the line. */
export async function readSweepFile(path: string): Promise<SweepFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new InputError(`${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
  return parseSweep(text, path);
}

/** @param path for messages, and for the name of a sweep that has none. */
export function parseSweep(text: string, path: string): SweepFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${path}, line ${line}, column ${col}`;
  };
  const [error] = document.errors;
  if (error) throw new InputError(`${at(error.pos[0])}: ${error.message.split('\n')[0]}`, { cause: error });
  const reader = new Reader((node, message) => {
    throw new InputError(`${at(node?.range?.[0] ?? 0)}: ${message}`);
  });
  return reader.sweep(document.contents, basename(path, extname(path)));
}

type Fail = (node: Node | null, message: string) => never;

class Reader {
  constructor(private readonly fail: Fail) {}

  sweep(root: Node | null, otherwise: string): SweepFile {
    const top = this.#map(root, 'a sweep', ['name', 'data', 'method', 'seed', 'objective', 'budget', 'parameters']);
    const method = this.#choice(top.get('method'), ['grid', 'random'] as const) ?? 'grid';
    const budgetNode = top.get('budget');
    const budget = budgetNode ? this.#map(budgetNode, 'the budget', ['trials', 'minutes']) : new Map<string, Node>();
    const [trials, minutes] = [this.#number(budget.get('trials'), { min: 1, max: 100_000, whole: true }), this.#number(budget.get('minutes'), { min: 0, max: 100_000, whole: false })];
    if (method === 'random' && trials === null && minutes === null) this.fail(root, 'a random sweep ends by its budget: say how many trials, or minutes, e.g. "budget: { trials: 20 }"');
    const parametersNode = top.get('parameters') ?? this.fail(root, 'it has no parameters: say which ones to try, e.g. "parameters: { rank: [32, 64, 128] }"');
    const parameters = this.#map(parametersNode, 'the parameters', PARAMETER_NAMES);
    if (parameters.size === 0) this.fail(parametersNode, 'no parameter is to be tried');
    const ranges = Array.from(parameters, ([name, node]): [ParameterName, Range] => [name, this.#range(name, node, method)]);
    // Those that take a factorisation change slowest, so that others share it.
    ranges.sort(([a], [b]) => PARAMETER_NAMES.indexOf(a) - PARAMETER_NAMES.indexOf(b));
    const names = top.get('name');
    return {
      name: names ? this.#text(names) : otherwise,
      data: this.#texts(top.get('data')),
      space: { method, seed: this.#number(top.get('seed'), { min: 0, max: 2 ** 32 - 1, whole: true }) ?? 1, parameters: Object.fromEntries(ranges) },
      objective: this.#choice(top.get('objective'), ['all', 'few'] as const) ?? 'all',
      budget: { trials, minutes },
    };
  }

  #range(name: ParameterName, node: Node, method: Space['method']): Range {
    const kind: Kind = PARAMETERS[name];
    if (isScalar(node)) return { values: [this.#value(node, kind)] };
    if (isSeq(node)) {
      const values = node.items.map((item) => this.#value(item as Node, kind));
      if (values.length === 0) this.fail(node, `${name} has no values to try`);
      return { values: [...new Set(values)] };
    }
    if ('choices' in kind) return this.fail(node, `${name} is one of ${kind.choices.join(', ')}, or a list of them`);
    const fields = this.#map(node, name, ['min', 'max', 'scale']);
    const [min, max] = (['min', 'max'] as const).map((end) => this.#number(fields.get(end), kind) ?? this.fail(node, `${name} has no ${end}`)) as [number, number];
    if (min >= max) this.fail(node, `${name} goes from ${min} to ${max}: min is to be below max`);
    if (method === 'grid') this.fail(node, `a grid needs the values of ${name} one by one, e.g. [${min}, ${max}]; a range is for "method: random"`);
    const scale = this.#choice(fields.get('scale'), ['linear', 'log'] as const) ?? 'linear';
    if (scale === 'log' && (min <= 0 || kind.whole)) this.fail(fields.get('scale')!, `a log scale is for numbers above 0 that are not whole; ${name} ${kind.whole ? 'is whole' : `begins at ${min}`}`);
    return { min, max, scale, whole: kind.whole };
  }

  #value(node: Node, kind: Kind): Value {
    if ('choices' in kind) return this.#choice(node, kind.choices)!;
    return this.#number(node, kind)!;
  }

  #number(node: Node | undefined, { min, max, whole }: { readonly min: number; readonly max: number; readonly whole: boolean }): number | null {
    if (!node) return null;
    const value: unknown = isScalar(node) ? node.value : undefined;
    if (typeof value !== 'number' || !(value >= min && value <= max) || (whole && !Number.isInteger(value))) return this.fail(node, `${show(node)} is no ${whole ? 'whole ' : ''}number from ${min} to ${max}`);
    return value;
  }

  #choice<T extends string>(node: Node | undefined, choices: readonly T[]): T | null {
    if (!node) return null;
    const value: unknown = isScalar(node) ? node.value : undefined;
    return choices.find((choice) => choice === value) ?? this.fail(node, `${show(node)} is none of ${choices.join(', ')}`);
  }

  #text(node: Node): string {
    const value: unknown = isScalar(node) ? node.value : undefined;
    return typeof value === 'string' && value.trim() !== '' ? value : this.fail(node, `${show(node)} is no text`);
  }

  #texts(node: Node | undefined): string[] | null {
    if (!node) return null;
    return isSeq(node) ? node.items.map((item) => this.#text(item as Node)) : [this.#text(node)];
  }

  /** The fields of a map by their names, which are to be among the known ones. */
  #map<T extends string>(node: Node | null, what: string, known: readonly T[]): Map<T, Node> {
    if (!isMap(node)) return this.fail(node, `${what} is a list of names and values, with one of ${known.join(', ')} in each line`);
    const fields = new Map<T, Node>();
    for (const { key, value } of (node as YAMLMap<Node, Node | null>).items) {
      const text = isScalar(key) ? String(key.value) : '';
      const name = known.find((one) => one === text) ?? this.fail(key, `${what} has no "${text}": there are ${known.join(', ')}`);
      if (value === null || (isScalar(value) && value.value === null)) this.fail(key, `${name} has no value`);
      fields.set(name, value!);
    }
    return fields;
  }
}

const show = (node: Node): string => (isScalar(node) ? JSON.stringify(node.value) : isSeq(node) ? 'a list' : 'a map');

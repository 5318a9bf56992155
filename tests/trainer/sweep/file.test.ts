import { describe, expect, test } from 'vitest';
import { parseSweep } from '../../../trainer/sweep/file.ts';
import { parametersOf } from '../../../trainer/sweep/parameters.ts';
import { settingsOf } from '../../../trainer/sweep/space.ts';

const parse = (text: string) => parseSweep(text, 'folder/films.yaml');

test('a grid is all settings, those that take a factorisation changing slowest', () => {
  const sweep = parse('data: sample\nparameters:\n  softThreshold: [0, 0.6]\n  rank: [32, 64, 32]\n  itemExponent: [0, 0.3]\n  store: Flat\n');
  expect(sweep).toMatchObject({ name: 'films', data: ['sample'], objective: 'all', budget: { trials: null, minutes: null } });
  const settings = [...settingsOf(sweep.space)];
  expect(settings).toHaveLength(8);
  expect(settings[0]).toEqual({ itemExponent: 0, rank: 32, softThreshold: 0, store: 'Flat' });
  expect(settings.map(({ itemExponent }) => itemExponent)).toEqual([0, 0, 0, 0, 0.3, 0.3, 0.3, 0.3]);
});

test('a random one is drawn the same each time, within its ranges, and never twice', () => {
  const sweep = parse('method: random\nseed: 7\nobjective: few\nbudget: { trials: 40, minutes: 2.5 }\nparameters:\n  rank: { min: 8, max: 11 }\n  lambda: { min: 0.1, max: 1000, scale: log }\n  residual: 8\n');
  expect(sweep).toMatchObject({ objective: 'few', budget: { trials: 40, minutes: 2.5 } });
  const draw = () => {
    const drawn: Readonly<Record<string, number | string>>[] = [];
    for (const setting of settingsOf(sweep.space)) if (drawn.push(setting) === 40) break;
    return drawn;
  };
  const settings = draw();
  expect(draw()).toEqual(settings);
  expect(new Set(settings.map((setting) => JSON.stringify(setting))).size).toBe(40);
  expect(new Set(settings.map(({ rank }) => rank))).toEqual(new Set([8, 9, 10, 11]));
  const lambdas = settings.map(({ lambda }) => Number(lambda));
  expect(lambdas.every((lambda) => lambda >= 0.1 && lambda <= 1000)).toBe(true);
  expect(lambdas.filter((lambda) => lambda < 10).length).toBeGreaterThan(10); // half of them, on a log scale
});

test('a random one ends where there is nothing new', () => {
  const sweep = parse('method: random\nbudget: { trials: 100 }\nparameters: { rank: [8, 16], seed: [1, 2] }\n');
  expect([...settingsOf(sweep.space)]).toHaveLength(4);
});

test('a setting is parameters of a model', () => {
  expect(parametersOf({ rank: 8, itemExponent: 0.3, store: 'SQ8' })).toMatchObject({ kind: 'ssvd', rank: 8, itemExponent: 0.3, userExponent: 0.25, seed: 1 });
  expect(parametersOf({ rank: 8, theta: 0.5 })).not.toHaveProperty('residual'); // of none there is nothing to regularise
  expect(parametersOf({ residual: 8, lambda: 3, store: 'Flat' })).toMatchObject({ store: 'Flat', residual: { perItem: 8, lambda: 3, theta: 0.6 } });
});

describe('a sweep file says where it is wrong', () => {
  test.each<[string, string, RegExp]>([
    ['that is no YAML', 'parameters:\n  rank: [1, 2\n', /films\.yaml, line 3, column 1: /],
    ['that is empty', '', /line 1, column 1: a sweep is a list of names/],
    ['without parameters', 'method: grid\n', /line 1, column 1: it has no parameters/],
    ['with an empty list', 'parameters:\n  rank: []\n', /line 2, column 9: rank has no values/],
    ['with a name that is none', 'parameters:\n  rank: 8\n  ranks: [8]\n', /line 3, column 3: the parameters has no "ranks": there are .*rank/],
    ['with a key that is none', 'parameter: {}\n', /line 1, column 1: a sweep has no "parameter"/],
    ['with a key and nothing', 'parameters:\n  rank:\n', /line 2, column 3: rank has no value/],
    ['twice the same', 'parameters:\n  rank: 1\n  rank: 2\n', /line 3, column 3: .*unique/],
    ['with a text for a number', 'parameters:\n  rank: [8, many]\n', /line 2, column 13: "many" is no whole number from 1 to 1024/],
    ['with half a dimension', 'parameters: { rank: 8.5 }\n', /8\.5 is no whole number/],
    ['out of range', 'parameters: { softThreshold: [2] }\n', /2 is no number from 0 to 1/],
    ['with a store that is none', 'parameters: { store: SQ4 }\n', /"SQ4" is none of SQ8, /],
    ['with a range in a grid', 'parameters:\n  rank: { min: 1, max: 5 }\n', /line 2, column 9: a grid needs the values of rank one by one/],
    ['upside down', 'method: random\nbudget: { trials: 1 }\nparameters:\n  rank: { min: 5, max: 1 }\n', /line 4, column 9: rank goes from 5 to 1/],
    ['on a log scale from nothing', 'method: random\nbudget: { trials: 1 }\nparameters:\n  lambda: { min: 0, max: 1, scale: log }\n', /line 4, column 36: a log scale is for numbers above 0/],
    ['random without end', 'method: random\nparameters: { rank: 8 }\n', /a random sweep ends by its budget/],
    ['with a budget of nothing', 'budget: { trials: 0 }\nparameters: { rank: 8 }\n', /line 1, column 19: 0 is no whole number from 1/],
    ['of an unknown method', 'method: bayes\nparameters: { rank: 8 }\n', /line 1, column 9: "bayes" is none of grid, random/],
    ['with data that is no text', 'data: [3]\nparameters: { rank: 8 }\n', /line 1, column 8: 3 is no text/],
  ])('%s', (_, text, message) => {
    expect(() => parse(text)).toThrow(message);
  });
});

import type { ModelParameters, ResidualParameters, SvdParameters } from '../../shared/artifact/manifest.ts';
import { FACTOR_STORES } from '../../shared/artifact/factorTable.ts';
import { DEFAULT_PARAMETERS, DEFAULT_RESIDUAL } from '../factorize.ts';
import { rowsWithin } from '../residual.ts';
import type { Setting, Value } from './space.ts';

/** What a parameter of a scaled SVD may be. */
export type Kind = { readonly min: number; readonly max: number; readonly whole: boolean } | { readonly choices: readonly string[] };

const number = (min: number, max: number): Kind => ({ min, max, whole: false });
const whole = (min: number, max: number): Kind => ({ min, max, whole: true });

/** By their names in a sweep file. Those of the residual have no others beside them, so they need no prefix. */
export const PARAMETERS = {
  itemExponent: number(-1, 1),
  userExponent: number(-1, 1),
  seed: whole(0, 2 ** 32 - 1),
  rank: whole(1, 1024),
  softThreshold: number(0, 1),
  priorWeight: number(0, 1000),
  shrinkage: number(0, 10_000),
  shrinkageEnd: number(1, 1000),
  store: { choices: FACTOR_STORES },
  residual: whole(0, 255),
  theta: number(0, 100),
  lambda: number(0, 1e6),
  weight: number(0, 10),
  fullFrom: number(1, 1000),
} as const satisfies Record<string, Kind>;

export type ParameterName = keyof typeof PARAMETERS;
export const PARAMETER_NAMES = Object.keys(PARAMETERS) as ParameterName[];

const OF_RESIDUAL: readonly ParameterName[] = ['theta', 'lambda', 'weight', 'fullFrom'];
/** What the residual of a published model may take while it is trained. */
const RESIDUAL_BYTES = 0.5e9;

/** The parameters of a setting; what it does not name is as `train` has it to begin with. */
export function parametersOf(setting: Setting): SvdParameters {
  const { residual: perItem = 0, ...given } = setting;
  const own = (names: readonly ParameterName[]): Record<string, Value> => Object.fromEntries(Object.entries(given).filter(([name]) => names.includes(name as ParameterName)));
  const { store, ...bare } = own(PARAMETER_NAMES.filter((name) => !OF_RESIDUAL.includes(name)));
  const residual = { ...DEFAULT_RESIDUAL, ...own(OF_RESIDUAL), perItem, rows: rowsWithin(RESIDUAL_BYTES) } as ResidualParameters;
  return {
    ...DEFAULT_PARAMETERS,
    rank: 64,
    seed: 1,
    ...bare,
    ...(store !== undefined && store !== 'SQ8' && { store: store as NonNullable<ModelParameters['store']> }),
    ...(perItem !== 0 && { residual }),
  };
}

import type { EngineStatus, LocalRecommenderApi } from '../../api.ts';

/** What the widget asks of a recommender. */
export type WidgetApi = Pick<LocalRecommenderApi, 'load' | 'recommend' | 'similar' | 'item' | 'onboarding'>;
export type Method = keyof WidgetApi;

/** What the page sends to its worker. (Comlink would do it, too, at a tenth of all that the widget weighs.) */
export interface Asked {
  readonly id: number;
  readonly method: Method;
  readonly args: readonly unknown[];
}

/** What the worker sends. */
export type Told =
  | { readonly kind: 'status'; readonly status: EngineStatus }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'bug'; readonly id: number; readonly message: string };

type Answers = { readonly [M in Method]: Awaited<ReturnType<WidgetApi[M]>> };

/** Puts one question; its promise fails only by a bug. */
export type Call = <M extends Method>(method: M, args: Parameters<WidgetApi[M]>) => Promise<Answers[M]>;

export const apiOver = (call: Call): WidgetApi => ({
  load: (...args) => call('load', args),
  recommend: (...args) => call('recommend', args),
  similar: (...args) => call('similar', args),
  item: (...args) => call('item', args),
  onboarding: (...args) => call('onboarding', args),
});

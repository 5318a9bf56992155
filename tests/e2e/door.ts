import type { RecommendQuery } from '../../shared/query.ts';
import { startWorker } from '../../web/worker/client.ts';

declare global {
  interface Window {
    /** Puts questions to the app's own worker; ids, best first. */
    askDoor(queries: readonly RecommendQuery[]): Promise<(string | number)[][]>;
  }
}

window.askDoor = async (queries) => {
  const recommender = startWorker();
  const { default: name } = (await (await fetch('models/index.json')).json()) as { default: string };
  const loaded = await recommender.load(new URL(`models/${name}/manifest.json`, document.baseURI).href);
  if (!loaded.ok) throw new Error(loaded.error.message);
  if (loaded.value.engine !== 'WebAssembly SIMD') throw new Error(`the worker fell back to ${loaded.value.engine}`);
  const answers: (string | number)[][] = [];
  for (const query of queries) {
    const answer = await recommender.recommend(query);
    if (!answer.ok) throw new Error(answer.error.message);
    answers.push(answer.value.items.map(({ item }) => item.id));
  }
  return answers;
};

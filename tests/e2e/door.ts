import type { RecommendQuery } from '../../shared/query.ts';
import type { EngineStatus, LocalRecommenderApi } from '../../web/api.ts';
import { startWorker } from '../../web/worker/client.ts';

declare global {
  interface Window {
    /** Starts the app's own worker and loads the model. Once, whoever asks. */
    openDoor(): Promise<LocalRecommenderApi>;
    /** Puts questions to it; ids, best first. */
    askDoor(queries: readonly RecommendQuery[]): Promise<(string | number)[][]>;
    /** What those who watch it were told. */
    readonly toldByDoor: EngineStatus[];
  }
}

let door: Promise<LocalRecommenderApi> | undefined;
const told: EngineStatus[] = [];
Object.assign(window, { toldByDoor: told });

async function open(): Promise<LocalRecommenderApi> {
  const recommender = startWorker();
  void recommender.watch((status) => told.push(status));
  const { default: name } = (await (await fetch('models/index.json')).json()) as { default: string };
  const loaded = await recommender.load(new URL(`models/${name}/manifest.json`, document.baseURI).href);
  if (!loaded.ok) throw new Error(loaded.error.message);
  if (loaded.value.engine === 'plain JavaScript') throw new Error('the worker fell back to plain JavaScript');
  return recommender;
}

window.openDoor = () => (door ??= open());

window.askDoor = async (queries) => {
  const recommender = await window.openDoor();
  const answers: (string | number)[][] = [];
  for (const query of queries) {
    const answer = await recommender.recommend(query);
    if (!answer.ok) throw new Error(answer.error.message);
    answers.push(answer.value.items.map(({ item }) => item.id));
  }
  return answers;
};

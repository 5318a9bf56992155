import type { Connection } from './mlflow/connection.ts';
import { MlflowClient } from './mlflow/client.ts';
import { MlflowError } from './mlflow/errors.ts';
import { MlflowHttp } from './mlflow/http.ts';
import { isSent, replay, type Replayed } from './replay.ts';
import { readRun } from './runRecord.ts';

/**
 * Sends a run to MLflow while it is written, so that it can be watched there. Whatever the server does, the run goes on:
 * what could not be sent stays in the journal.
 */
export class Delivery {
  readonly #hasty: MlflowClient;
  readonly #patient: MlflowClient;
  #sending: Promise<void> = Promise.resolve();
  #waiting = false;
  #failed = false;

  /** Runs below it that are not known to be there. */
  readonly #below = new Set<string>();

  constructor(
    private readonly folder: string,
    connection: Connection,
    private readonly say: (text: string) => void,
  ) {
    this.#hasty = new MlflowClient(new MlflowHttp({ ...connection, retries: 0 }));
    this.#patient = new MlflowClient(new MlflowHttp(connection));
  }

  /** Sends another run, too. @param folder of a run below this one. */
  add(folder: string): void {
    this.#below.add(folder);
  }

  /** Sends what is new, beside everything else. */
  nudge(): void {
    if (this.#waiting || this.#failed) return;
    this.#waiting = true;
    this.#sending = this.#sending.then(async () => {
      this.#waiting = false;
      if (this.#failed) return;
      try {
        await this.#send(this.#hasty);
      } catch (error) {
        if (!(error instanceof MlflowError)) throw error;
        this.#failed = true;
        this.say(`${error.message}. The run is kept in ${this.folder}, and sent at the end.`);
      }
    });
    this.#sending.catch(() => undefined); // finish() throws it
  }

  /** Sends the rest, and says where the run is, or how to send it later. */
  async finish(): Promise<void> {
    try {
      await this.#sending;
      // A server that did not answer a while ago gets one more chance, not many.
      const { sent, address } = await this.#send(this.#failed ? this.#hasty : this.#patient);
      if (sent > 0) this.say(`Run ${address}`);
    } catch (error) {
      if (!(error instanceof MlflowError)) throw error;
      this.say(`Not sent to MLflow. ${error.message}. The run is kept in ${this.folder}: \`framerate sync\` sends it.`);
    } finally {
      await Promise.all([this.#hasty.http.close(), this.#patient.http.close()]);
    }
  }

  async #send(client: MlflowClient): Promise<Replayed> {
    for (const folder of this.#below) {
      await replay(folder, client);
      const run = readRun(folder); // which may have gone on meanwhile
      if (run.status !== 'RUNNING' && isSent(run, client.uri)) this.#below.delete(folder);
    }
    return replay(this.folder, client);
  }
}

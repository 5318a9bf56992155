import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export const ADMIN = { user: 'admin', password: 'a long enough password' };

const PATIENCE_MS = 100_000;

/** A real MLflow on a loopback port: SQLite behind it, files through it, and a password before it. */
export class MlflowServer {
  #process: ChildProcess | null = null;

  private constructor(
    private readonly program: string,
    private readonly folder: string,
    private readonly port: number,
  ) {}

  /** @param program mlflow's own. */
  static async start(program: string): Promise<MlflowServer> {
    const folder = await mkdtemp(join(tmpdir(), 'framerate-mlflow-'));
    // Checking a password takes a second: once is enough.
    const settings = ['default_permission = READ', `database_uri = sqlite:///${folder}/users.db`, `admin_username = ${ADMIN.user}`, `admin_password = ${ADMIN.password}`, 'auth_cache_ttl_seconds = 600'];
    await writeFile(join(folder, 'auth.ini'), `[mlflow]\n${settings.join('\n')}\nauthorization_function = mlflow.server.auth:authenticate_request_basic_auth\n`);
    const server = new MlflowServer(program, folder, await freePort());
    await server.run();
    return server;
  }

  get uri(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts it, or starts it again where it was: it remembers everything. */
  async run(): Promise<void> {
    const args = ['server', '--host', '127.0.0.1', '--port', String(this.port), '--workers', '1', '--app-name', 'basic-auth', '--backend-store-uri', `sqlite:///${this.folder}/mlflow.db`, '--serve-artifacts', '--artifacts-destination', join(this.folder, 'artifacts')];
    const { MLFLOW_TRACKING_URI: _, ...env } = process.env;
    const child = spawn(this.program, args, {
      cwd: this.folder,
      detached: true, // a group of its own: it starts workers
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...env, MLFLOW_AUTH_CONFIG_PATH: join(this.folder, 'auth.ini'), MLFLOW_FLASK_SERVER_SECRET_KEY: 'of a test', MLFLOW_SERVER_ALLOWED_HOSTS: `127.0.0.1:${this.port}`, MLFLOW_DISABLE_TELEMETRY: 'true', DO_NOT_TRACK: 'true' },
    });
    this.#process = child;
    let log = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-4000)));
    const deadline = Date.now() + PATIENCE_MS;
    while (!(await fetch(`${this.uri}/health`).then(({ ok }) => ok, () => false))) {
      if (child.exitCode !== null || Date.now() > deadline) throw new Error(`MLflow did not start:\n${log}`);
      await pause(200);
    }
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (!child?.pid || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    process.kill(-child.pid, 'SIGKILL');
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

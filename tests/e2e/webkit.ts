import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WebKitPrograms } from '../support/tools.ts';

/** What the driver answers. */
interface Reply {
  readonly value: unknown;
}

/** WebDriver's name for the key under which an element's id stands. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

/** A page in WebKitGTK, over W3C WebDriver: as much of it as the main path takes. */
export interface WebKitPage {
  open(url: string): Promise<void>;
  reload(): Promise<void>;
  /** Runs the body of an async function in the page. @param args plain data, its `arguments`. */
  run<T>(body: string, ...args: unknown[]): Promise<T>;
  /** Until the page has the text. @throws with what it has instead, after some seconds. */
  waitForText(text: string): Promise<void>;
  /** Types into what matches, or gives a file input the path of a file. */
  type(selector: string, text: string): Promise<void>;
  close(): Promise<void>;
}

/** WebKitGTK's MiniBrowser on a display that nobody sees. */
export async function openWebKit({ driver, browser, display }: WebKitPrograms): Promise<WebKitPage> {
  const children: ChildProcess[] = [];
  const end = (): void => {
    for (const child of children.reverse()) child.kill();
  };
  try {
    const screen = spawn(display, ['-displayfd', '3', '-screen', '0', '1440x900x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
    children.push(screen);
    const [number] = (await once(screen.stdio[3] as Readable, 'data')) as [Buffer];
    const port = await freePort();
    // Its own sandbox needs rights that containers do not give; what is opened here is ours.
    const env = { ...process.env, DISPLAY: `:${String(number).trim()}`, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1', LIBGL_ALWAYS_SOFTWARE: '1' };
    children.push(spawn(driver, [`--port=${port}`], { env, stdio: 'ignore' }));
    const address = `http://127.0.0.1:${port}/session`;
    await untilReady(`http://127.0.0.1:${port}/status`);
    const { sessionId } = (await send(address, 'POST', { capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': { binary: browser, args: ['--automation'] } } } })) as { sessionId: string };
    return page(`${address}/${sessionId}`, end);
  } catch (error) {
    end();
    throw error;
  }
}

function page(session: string, end: () => void): WebKitPage {
  const run = async <T>(body: string, ...args: unknown[]): Promise<T> => {
    const script = `const done = arguments[arguments.length - 1]; (async function () { ${body} }).apply(null, [...arguments].slice(0, -1)).then((value) => done({ value }), (error) => done({ error: String(error) }));`;
    const { value, error } = (await send(`${session}/execute/async`, 'POST', { script, args })) as { value?: T; error?: string };
    if (error !== undefined) throw new Error(`in the page: ${error}`);
    return value as T;
  };
  const find = async (selector: string): Promise<string> => {
    const element = (await send(`${session}/element`, 'POST', { using: 'css selector', value: selector })) as Record<string, string>;
    return `${session}/element/${element[ELEMENT]}`;
  };
  return {
    run,
    open: async (url) => void (await send(`${session}/url`, 'POST', { url })),
    reload: async () => void (await send(`${session}/refresh`, 'POST', {})),
    async waitForText(text) {
      for (let attempt = 0; attempt < 100; attempt++) {
        if ((await run<string>('return document.body?.innerText ?? ""')).includes(text)) return;
        await sleep(100);
      }
      throw new Error(`"${text}" did not come. The page has: ${(await run<string>('return document.body.innerText')).slice(0, 500)}`);
    },
    type: async (selector, text) => void (await send(`${await find(selector)}/value`, 'POST', { text })),
    async close() {
      await send(session, 'DELETE').catch(() => undefined); // it goes with the driver in any case
      end();
    },
  };
}

async function send(url: string, method: string, body?: unknown): Promise<unknown> {
  const response = await fetch(url, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
  const { value } = (await response.json()) as Reply;
  if (!response.ok) throw new Error(`WebDriver, ${method} ${new URL(url).pathname}: ${JSON.stringify(value)}`);
  return value;
}

async function untilReady(url: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await fetch(url).then((response) => response.ok, () => false)) return;
    await sleep(100);
  }
  throw new Error('WebKitWebDriver did not start');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

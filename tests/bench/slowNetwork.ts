import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way through the air. */
export interface Network {
  readonly name: string;
  readonly roundTripMs: number;
  /** Towards the visitor, shared by all connections. */
  readonly megabitsPerSecond: number;
}

/** As WebPageTest and Lighthouse call them. */
export const NETWORKS: readonly Network[] = [
  { name: '4G', roundTripMs: 170, megabitsPerSecond: 9 },
  { name: 'slow 4G', roundTripMs: 150, megabitsPerSecond: 1.6 },
];

/** So much is sent at once: at 1.6 Mbit/s it takes 20 ms. */
const PART_BYTES = 4096;

/**
 * A way to a server of this machine that is as slow as a network: every connection costs a round trip before the first
 * byte, every byte half of one, and what comes back shares the line. Slower than what a browser's own tools make of it, which do not
 * reach workers; the start of TCP, in which it feels its way, is left out.
 * @returns its address, with a slash at the end.
 */
export async function slowDown(address: string, { roundTripMs, megabitsPerSecond }: Network): Promise<{ readonly address: string; close(): void }> {
  const bytesPerMs = (megabitsPerSecond * 1e6) / 8 / 1000;
  const sockets = new Set<Socket>();
  /** Until when the line is taken. */
  let busyUntil = 0;

  const server = createServer((visitor) => {
    const site = connect(Number(new URL(address).port), '127.0.0.1');
    const opened = performance.now() + roundTripMs;
    const [there, back] = [inOrder(), inOrder()];
    for (const socket of [visitor, site]) {
      sockets.add(socket);
      socket.on('error', () => undefined); // the other end is told below
      socket.on('close', () => sockets.delete(socket));
    }
    visitor.on('data', (bytes) => there(Math.max(opened, performance.now()) + roundTripMs / 2, () => site.write(bytes)));
    visitor.on('close', () => site.destroy());
    site.on('data', (bytes: Buffer) => {
      for (let start = 0; start < bytes.length; start += PART_BYTES) {
        const part = bytes.subarray(start, start + PART_BYTES);
        busyUntil = Math.max(busyUntil, performance.now()) + part.length / bytesPerMs;
        back(busyUntil + roundTripMs / 2, () => visitor.write(part));
      }
    });
    site.on('close', () => back(busyUntil + roundTripMs / 2, () => visitor.end()));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Runs each at its time, and none before one that was told earlier: timers round, and would change their order. */
function inOrder(): (time: number, run: () => void) => void {
  const waiting: { readonly time: number; run(): void }[] = [];
  const next = (): void => {
    const [first] = waiting;
    if (!first) return;
    setTimeout(
      () => {
        while (waiting[0] && waiting[0].time <= performance.now() + 0.5) waiting.shift()!.run();
        next();
      },
      Math.max(0, first.time - performance.now()),
    );
  };
  return (time, run) => {
    waiting.push({ time, run });
    if (waiting.length === 1) next();
  };
}

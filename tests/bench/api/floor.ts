import { createServer } from 'node:http';
import Fastify from 'fastify';

/**
 * The least that an answer over HTTP takes: reads a body, and answers with as many bytes as ours, always the same.
 *
 *     floor.ts PORT http | fastify
 */
const [port, kind] = [Number(process.argv[2]), process.argv[3]];
const answer = JSON.stringify({ padding: 'x'.repeat(1400) });

if (kind === 'fastify') {
  const server = Fastify();
  server.get('/readyz', () => 'ready');
  server.post('/v1/recommendations', (_request, reply) => reply.type('application/json').send(answer));
  await server.listen({ port, host: '127.0.0.1' });
} else {
  createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) }).end(answer));
  }).listen(port, '127.0.0.1');
}

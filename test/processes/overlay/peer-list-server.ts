/** Serves the file that its first argument names as `GET /peers`, with an ETag, at the address and port of the others. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

const [file = '', address = '', port = ''] = process.argv.slice(2);

createServer((request, response) => {
  void readFile(file).then(
    (body) => {
      const etag = `"${createHash('sha256').update(body).digest('hex')}"`;
      const isKnown = request.headers['if-none-match'] === etag;
      response.writeHead(isKnown ? 304 : 200, { etag }).end(isKnown ? undefined : body);
    },
    () => response.writeHead(503).end(),
  );
}).listen(Number(port), address, () => {
  console.log('ready');
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, gzipSync } from 'node:zlib';
import { repository } from './repository.ts';

const program = join(repository, 'cloud-init', 'bucket.py');
const packed = gzipSync(readFileSync(program), { level: constants.Z_BEST_COMPRESSION, memLevel: 9 });

writeFileSync(`${program}.gz.b64`, `${packed.toString('base64')}\n`);

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { clusterFileJsonSchema } from '#config/json-schema.ts';
import { repository } from './repository.ts';

const target = join(repository, 'dist', 'cluster.schema.json');

mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, `${JSON.stringify(clusterFileJsonSchema(), null, 2)}\n`);

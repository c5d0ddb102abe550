import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { repository } from '../../tooling/repository.ts';

const Manifest = z.object({ version: z.string(), engines: z.object({ node: z.string() }) });

/** What package.json says of the program. */
export const manifest = Manifest.parse(JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')));

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { permissionTable, withPermissionTable } from '../providers/aws/support/permission-table.ts';
import { repository } from './repository.ts';

const file = join(repository, 'README.md');
const text = withPermissionTable(readFileSync(file, 'utf8'));

if (text === undefined) {
  process.stderr.write(`README.md has no place for it:\n${permissionTable()}\n`);
  process.exitCode = 1;
} else {
  writeFileSync(file, text);
}

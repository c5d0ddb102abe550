/**
 * Loaded into the program before it starts (`--import`): counts its durable writes and kills its whole process group at
 * the one that is asked for. Every entry of the journal and every change of the simulated account is one link(2).
 */
import { appendFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const at = Number(process.env['KILL_AT_WRITE'] ?? 0);
const moment = process.env['KILL_MOMENT'] ?? 'before';
const countFile = process.env['COUNT_WRITES_IN'];
const link = fs.link;
let writes = 0;

fs.link = async (existing, added) => {
  writes += 1;
  const number = writes;
  if (number === at && moment === 'before') killGroup();
  try {
    await link(existing, added);
  } finally {
    if (number === at) killGroup();
  }
};
syncBuiltinESMExports();

process.on('exit', () => {
  if (countFile !== undefined) appendFileSync(countFile, `${writes}\n`);
});

function killGroup(): void {
  process.kill(-process.pid, 'SIGKILL');
}

import { checkAssetLock, checkAssetSource } from './asset-place.ts';
import { section, text } from './field.ts';

/** In the cluster file: what machines are given to run, and where it is to be had. */
export const WrittenAssets = section(
  {
    lock: text({
      description: 'The list of all that machines may be given to run, each file with its SHA-256.',
      example: 'lock: /srv/assets/assets.lock.yaml',
      default: 'the one that this version of the program brings',
      constraint: 'The whole path of a file on this workstation.',
      change: 'at any time',
      check: checkAssetLock,
      isFree: true,
    }).exactOptional(),
    source: text({
      description: 'Where these files are to be had; it need not be trusted, for the digests are checked.',
      example: 'source: https://mirror.example.com/assets',
      default: 'upstream: where their makers publish them',
      constraint:
        'Either upstream, the whole path of a folder, or the address of a mirror; these have each file under its SHA-256, as "bootstrap assets sync" leaves them.',
      change: 'at any time',
      check: checkAssetSource,
      isFree: true,
    }).exactOptional(),
  },
  {
    description: 'What the machines run beside what their image brings; only with provider: local so far.',
    example: 'assets: { source: /srv/assets }',
    default: 'what this version of the program was made with, from its makers',
    change: 'part by part',
  },
);

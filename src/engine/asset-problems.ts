/** What can go wrong with what machines are given to run. */
export const ASSET_PROBLEMS = {
  'assets.lock-invalid': {
    summary: 'The lock of the assets cannot be used',
    blame: 'user',
    remedy: 'Nothing was changed. Mend the lines named above, then look what it says:\n  bootstrap assets list',
  },
  'assets.not-locked': {
    summary: 'The lock lacks an asset that the machines need',
    blame: 'user',
    remedy:
      'Nothing was changed. Add the asset to the lock named above, or leave assets.lock out of the cluster file; see what there is:\n  bootstrap assets list',
  },
  'assets.unavailable': {
    summary: 'An asset cannot be fetched',
    blame: 'provider',
    remedy:
      'What has come of it is kept. Check the way to the place named above, or name a folder or a mirror by assets.source; then go on:\n  bootstrap apply NAME',
  },
  'assets.digest': {
    summary: 'An asset does not have the digest that was locked',
    blame: 'provider',
    remedy:
      'It was given to no machine. Whoever keeps the source has to say which of the two is right; see what is locked:\n  bootstrap assets list',
  },
  'assets.add-invalid': {
    summary: 'The file cannot become an asset',
    blame: 'user',
    remedy: 'Nothing was changed. See how it is called:\n  bootstrap assets add --help',
  },
  'assets.no-room': {
    summary: 'The disk of this workstation has no room for an asset',
    blame: 'user',
    remedy: 'Make room in the place named above, then go on:\n  bootstrap apply NAME',
  },
} as const;

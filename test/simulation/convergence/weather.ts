import { FaultLottery, type FaultKind, type FaultRates } from '../faults.ts';
import type { SeededRandom } from '../seeded-random.ts';

/** Faults that no single command may fail of: reads that lag, answers that are late or lost. */
const STORMY: FaultRates = {
  'stale-read': 1,
  'reply-lost': 0.02,
  'reply-late': 0.02,
  'slow-drip': 0.02,
  throttle: 0.05,
  'page-of-one': 0.3,
};

/** The faults of one scenario; they can pause while the end is being judged. */
export class Weather extends FaultLottery {
  isCalm = false;

  constructor(random: SeededRandom, isStormy: boolean) {
    super(random, isStormy ? STORMY : {});
  }

  override strikes(kind: FaultKind): boolean {
    return !this.isCalm && super.strikes(kind);
  }

  override isPossible(kind: FaultKind): boolean {
    return !this.isCalm && super.isPossible(kind);
  }
}

import { addressNumber } from '../ipv4.ts';
import { LENGTH_BYTES, wireFrameOf } from './frame-codec.ts';
import type { Mac } from './mac-address.ts';
import type { NameService } from './name-service.ts';
import type { Segment } from './segment.ts';
import { Station } from './station.ts';

/** Those of machines begin otherwise. */
const STATION_MACS = 0x52_54_02_00_00_00;
const LAST_BYTES = 2 ** 24;

/** Makes the switch a host on its own segment. */
export function plugStation(segment: Segment, ipv4: string, names: NameService): void {
  const address = addressNumber(ipv4);
  const port = segment.attach({
    kind: 'station',
    write(batch, taken) {
      for (const frame of batch) station.hear(frame.subarray(LENGTH_BYTES));
      taken();
    },
    // It answers, and no more: it cannot say too much.
    pause: () => undefined,
    resume: () => undefined,
  });
  const station = new Station({
    mac: stationMac(address),
    address,
    answerDns: (query) => names.answer(query),
    send: (frame) => segment.receive(port, [wireFrameOf(frame)]),
  });
}

/** Another one in each region, since addresses are. */
function stationMac(address: number): Mac {
  return STATION_MACS + (address % LAST_BYTES);
}

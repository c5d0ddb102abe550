import { answerArp } from './arp.ts';
import { ETHER_TYPE, type EthernetFrame, readEthernet, writeEthernet } from './ethernet.ts';
import { answerEcho } from './icmp.ts';
import { IP_PROTOCOL, type Ipv4Packet, readIpv4, writeIpv4 } from './ipv4-packet.ts';
import { BROADCAST_MAC, type Mac } from './mac-address.ts';
import { readUdp, writeUdp } from './udp.ts';

const DNS_PORT = 53;

interface StationOptions {
  readonly mac: Mac;
  /** IPv4, as a number. */
  readonly address: number;
  /** Undefined: it is not worth an answer. */
  readonly answerDns: (query: Buffer) => Promise<Buffer | undefined>;
  readonly send: (frame: Buffer) => void;
}

/** The switch as a host on its own segment: can be found, answers a ping, and knows the names. */
export class Station {
  readonly #options: StationOptions;

  constructor(options: StationOptions) {
    this.#options = options;
  }

  hear(bytes: Buffer): void {
    const frame = readEthernet(bytes);
    if (frame === undefined || (frame.to !== this.#options.mac && frame.to !== BROADCAST_MAC)) return;
    if (frame.type === ETHER_TYPE.arp) {
      const answer = answerArp(frame.payload, this.#options);
      if (answer !== undefined) this.#reply(frame, answer);
    } else if (frame.type === ETHER_TYPE.ipv4) {
      this.#hearIpv4(frame);
    }
  }

  #hearIpv4(frame: EthernetFrame): void {
    const packet = readIpv4(frame.payload);
    if (packet === undefined || packet.to !== this.#options.address) return;
    if (packet.protocol === IP_PROTOCOL.udp) {
      void this.#hearUdp(frame, packet);
      return;
    }
    const echo = packet.protocol === IP_PROTOCOL.icmp ? answerEcho(packet.payload) : undefined;
    if (echo !== undefined)
      this.#reply(frame, writeIpv4({ ...back(packet), protocol: IP_PROTOCOL.icmp, payload: echo }));
  }

  async #hearUdp(frame: EthernetFrame, packet: Ipv4Packet): Promise<void> {
    const datagram = readUdp(packet);
    if (datagram?.toPort !== DNS_PORT) return;
    const payload = await this.#options.answerDns(datagram.payload);
    if (payload === undefined) return;
    const answer = { fromPort: DNS_PORT, toPort: datagram.fromPort, payload };
    this.#reply(frame, writeIpv4(writeUdp(answer, back(packet))));
  }

  #reply({ from: to, type }: EthernetFrame, payload: Buffer): void {
    this.#options.send(writeEthernet({ to, from: this.#options.mac, type, payload }));
  }
}

function back({ from, to }: Ipv4Packet): Pick<Ipv4Packet, 'from' | 'to'> {
  return { from: to, to: from };
}

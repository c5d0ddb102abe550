/** An Ethernet address as a number: its 48 bits fit into one exactly. */
export type Mac = number;

export const BROADCAST_MAC: Mac = 2 ** 48 - 1;
const MAC_BYTES = 6;
const GROUP_BIT = 2 ** 40;

export const MAC_PATTERN = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/;

export function parseMac(text: string): Mac {
  return Number.parseInt(text.replaceAll(':', ''), 16);
}

export function macText(mac: Mac): string {
  const digits = mac.toString(16).padStart(2 * MAC_BYTES, '0');
  return digits.match(/../g)?.join(':') ?? digits;
}

export function readMac(bytes: Buffer, offset: number): Mac {
  return bytes.readUIntBE(offset, MAC_BYTES);
}

export function writeMac(bytes: Buffer, offset: number, mac: Mac): void {
  bytes.writeUIntBE(mac, offset, MAC_BYTES);
}

/** Whether it means several machines, or all. */
export function isGroupMac(mac: Mac): boolean {
  return Math.floor(mac / GROUP_BIT) % 2 === 1;
}

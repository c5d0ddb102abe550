/**
 * As `boot-sector.ts`, for arm64: a kernel, without a system, that QEMU itself loads and goes to. Two million rounds of
 * arithmetic, of calls to where the data says and of branches; nothing in memory, which without page tables is slow with
 * hardware. It says 2 and 3 on the serial port of the machine `virt`, and has its firmware switch it off.
 */
const PROGRAM = [
  // The serial port is switched on; 2 to it.
  [0xd2a12000, 0x52806021, 0xb9003001, 0x52800041, 0xb9000001],
  // The table of steps, the count of rounds.
  [0x10000307, 0x52a003c2],
  // round: numbers are mixed.
  [0x8b020063, 0xcac31c84, 0x9b047c65, 0x8b050063],
  // One of the steps is called, as they say, and a branch is taken or not.
  [0xd3492866, 0x8b060ce8, 0xd63f0100, 0x36200043, 0x93c30c63],
  [0x71000442, 0x54fffec1],
  // 500 times the state of the serial port.
  [0x52803e82, 0xb9401806, 0x71000442, 0x54ffffc1],
  // 3 to the serial port: done; then the firmware's call to switch off.
  [0x52800061, 0xb9000001, 0x52b08000, 0x72800100, 0xd4000002],
  [0xd503207f, 0x17ffffff],
  // The steps, of the same length.
  [0xca0300a5, 0xd65f03c0],
  [0x8b030884, 0xd65f03c0],
  [0xdac01065, 0xd65f03c0],
  [0xd53b4206, 0xd65f03c0],
];

export const ARM_KERNEL: Uint8Array = armKernel();

function armKernel(): Uint8Array {
  const words = PROGRAM.flat();
  const kernel = new DataView(new ArrayBuffer(4 * words.length));
  for (const [place, word] of words.entries()) kernel.setUint32(4 * place, word, true);
  return new Uint8Array(kernel.buffer);
}

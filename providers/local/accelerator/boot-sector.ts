const SECTOR = 512;
/** A disk smaller than a cylinder is none to the firmware that reads its first sector. */
const DISK_BYTES = 1 << 20;

/**
 * What a processor does first: a program of one sector, loaded at 0x7c00. It goes to the mode that systems of today run in
 * and does two million rounds of what is dear to imitate: memory, calls to where the data says, branches, flags, and now
 * and then a change of the address space. In the end it asks 500 times for a device, and has the machine switched off.
 */
const PROGRAM = [
  // No interrupts, and the segments at 0.
  'fa 31c0 8ed8 8ec0 8ed0 fc',
  // Page tables at 0x1000, 0x2000 and 0x3000: the first 2 MiB, each address by itself.
  '66bf00100000 0f22df 6631c0 66b9000c0000 66f3ab',
  'c70600100320 c70600200330 c70600308300',
  // Physical address extension, long mode, then paging and protection at once.
  '0f20e0 6683c820 0f22e0',
  '66b9800000c0 0f32 80cc01 0f30',
  '0f20c0 660d01000080 0f22c0',
  // The segment table below, and into its code segment, at `long`.
  '0f0116767c ea7c7c0800',
  '0000000000000000 00000000009a2000 0000000000920000',
  '1700 5e7c0000',
  // long: the data segments, and 2 to port 0xe9, which says that the work begins.
  'b810000000 8ed8 8ec0 8ed0',
  'b002 e6e9',
  // The count of rounds, the place in memory, the stack apart from the code, the table of steps.
  'bd80841e00 31db 31c0 bc00000600 bef67c0000',
  // round: a number in 256 KiB of memory is changed, and is the next place to go to.
  '488b8300000100 486bc019 4801e8 48898300000100',
  '81c348100000 81e3f8ff0300',
  // One of the steps is called, as the number says.
  '89c1 c1e909 83e107 0fb60c0e 01f1 ffd1',
  // Every 256th round: the address space anew.
  '66f7c5ff00 7506 0f20df 0f22df',
  'ffcd 75be',
  // 500 times port 0x80, which is nobody.
  'b9f4010000 e680 ffc9 75fa',
  // 3 to port 0xe9: done; 0x10 to port 0xf4: the end.
  'b003 e6e9 b010 e6f4',
  'f4 ebfd',
  // The steps, by their distance from here.
  '08 11 1a 20 11 08 20 1a',
  '50 318b00000100 58 c3',
  'a810 7404 48c1c803 c3',
  '9c 8d0c81 9d c3',
  '480fbdc8 0f44c8 c3',
];

/** By which firmware knows a sector for one to start from. */
const SIGNATURE = [0x55, 0xaa];

export const BOOT_DISK: Uint8Array = bootDisk();

function bootDisk(): Uint8Array {
  const disk = new Uint8Array(DISK_BYTES);
  disk.set(Buffer.from(PROGRAM.join('').replaceAll(' ', ''), 'hex'));
  disk.set(SIGNATURE, SECTOR - SIGNATURE.length);
  return disk;
}

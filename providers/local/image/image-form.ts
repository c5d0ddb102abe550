import { z } from 'zod';

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const FileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/);

const Origin = z.discriminatedUnion('from', [
  z.strictObject({
    from: z.literal('download'),
    url: z.string(),
    /** As its maker names the edition: dated. */
    release: z.string(),
    /** What was published, as `sha512:…`. */
    digest: z.string(),
  }),
  z.strictObject({ from: z.literal('file'), name: z.string() }),
  z.strictObject({
    from: z.literal('build'),
    /** The archives that its packages came from. */
    archives: z.array(z.string()).readonly(),
  }),
]);

/** The description of an image, `image.json` beside its disk. */
export const ImageForm = z.strictObject({
  format: z.literal(1),
  /** SHA-256 of the disk file: the name of the image. */
  digest: Sha256,
  /** As the cluster file names it: debian-13. */
  system: z.string(),
  architecture: z.enum(['amd64', 'arm64']),
  diskFormat: z.enum(['qcow2', 'raw']),
  /** As the machine sees the file system that it starts from. */
  rootDevice: z.string(),
  /** Files beside the disk, for machines that are not started by their disk itself. */
  boot: z.strictObject({ kernel: FileName, initrd: FileName, append: z.string() }).readonly().optional(),
  origin: Origin,
  /** With their versions, where it is known. */
  packages: z.array(z.string()).readonly().optional(),
});
export type ImageForm = Readonly<z.output<typeof ImageForm>>;

export const FORM_FILE = 'image.json';

export function diskFileOf({ diskFormat }: Pick<ImageForm, 'diskFormat'>): string {
  return `disk.${diskFormat}`;
}

import type { Draft } from './draft.ts';
import { checkImageFile, checkImageId } from './provider-id.ts';

/** Whether the image is named as the provider names its images. */
export function checkImage({ written, spec, findings }: Draft): void {
  const id = written.image?.id;
  if (id === undefined || written.provider === undefined || !findings.isSound('image.id')) return;
  const flaw = spec.provider === 'local' ? checkImageFile(id) : checkImageId(id);
  if (flaw !== undefined) findings.add('image.id', flaw);
}

/** As part of an option of QEMU, where a comma would begin the next part. */
export function inOption(text: string): string {
  return text.replaceAll(',', ',,');
}

/** One line that is taken apart into these words again as a shell would do it, without a shell's other powers. */
export function commandLine(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
}

/** The same file, naming another folder of manifests. Its comments stay. */
export async function writeManifests(text: string, folder: string): Promise<string> {
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text);
  document.set('manifests', folder);
  return document.toString({ lineWidth: 0 });
}

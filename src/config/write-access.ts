import type { Document } from 'yaml';

const WHY = ' Where the operator was when the cluster was made; SSH and the API are closed to everywhere else.';

/** The same file, saying from where one may come in. Its comments stay. */
export async function writeAccess(text: string, from: readonly string[]): Promise<string> {
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text);
  addRanges(document, from);
  return document.toString({ lineWidth: 0 });
}

function addRanges(document: Document, from: readonly string[]): void {
  const ranges = document.createNode([...from], { flow: true });
  if (document.has('access')) return document.setIn(['access', 'from'], ranges);
  const key = document.createNode('access');
  key.commentBefore = WHY;
  key.spaceBefore = true;
  document.set(key, document.createNode({ from: ranges }));
}

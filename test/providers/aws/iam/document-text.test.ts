import { expect, test } from 'vitest';
import { documentMeaning, documentText } from '#providers/aws/iam/document-text.ts';
import { accessPolicy } from '#providers/aws/iam/policies.ts';

const DOCUMENT = accessPolicy({ bucket: 'b', key: 'arn:aws:kms:eu-west-3:1:key/k', bringsSnapshots: true });

test('a document means the same when IAM has encoded it for URLs', () => {
  const text = documentText(DOCUMENT);
  expect(documentMeaning(encodeURIComponent(text))).toBe(documentMeaning(text));
});

test('a document means the same with its lists in another order and single items out of theirs', () => {
  const one = '{"Statement":[{"Action":["a","b"],"Resource":["r"]}]}';
  const other = '{"Statement":{"Resource":"r","Action":["b","a"]}}';
  expect(documentMeaning(one)).toBe(documentMeaning(other));
});

test.each([
  ['another action', '{"Statement":{"Action":["a","c"],"Resource":"r"}}'],
  ['one action less', '{"Statement":{"Action":"a","Resource":"r"}}'],
  ['a condition more', '{"Statement":{"Action":["a","b"],"Resource":"r","Condition":{}}}'],
  ['no document at all', 'Statement'],
  ['half an encoding', '%7B%2'],
])('a document with %s means something else', (_name, other) => {
  expect(documentMeaning(other)).not.toBe(documentMeaning('{"Statement":{"Action":["a","b"],"Resource":"r"}}'));
});

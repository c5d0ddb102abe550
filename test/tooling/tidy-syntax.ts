import { type Comment, type Expression, type VisitorObject, Visitor } from 'oxc-parser';
import { type Finding, type ParsedFile, type Rule, everywhere, inProduct, inTest } from './tidy.ts';

const plainErrors = new Set(['Error', 'TypeError', 'RangeError']);
const testFunctions = new Set(['test', 'it', 'describe', 'suite', 'bench']);
const silencers = new Set(['skip', 'only', 'todo']);
const unfinished = /\b(?:TODO|FIXME|XXX|HACK)\b/;
const blindSuppression = /@ts-(?:ignore|nocheck)\b/;
const suppression = /(?:ox|es)lint-disable|@ts-expect-error/;

/** Rules about what stands in a file, read from its syntax tree. */
export const syntaxRules: readonly Rule[] = [
  {
    name: 'no-default-export',
    remedy: 'export it by its name',
    covers: (path) => !path.endsWith('.config.ts'),
    find: walking((report) => ({ ExportDefaultDeclaration: (node) => report(node.start, 'export default') })),
  },
  {
    name: 'no-any',
    remedy: 'take unknown and parse it',
    covers: everywhere,
    find: walking((report) => ({ TSAnyKeyword: (node) => report(node.start, 'any') })),
  },
  {
    name: 'no-enum',
    remedy: 'write a constant object and a type of the same name',
    covers: everywhere,
    find: walking((report) => ({ TSEnumDeclaration: (node) => report(node.start, 'enum') })),
  },
  {
    name: 'no-plain-error',
    remedy: 'make a Problem with a code, or assert',
    covers: inProduct,
    find: walking((report) => ({
      NewExpression: ({ callee, start }) => {
        if (callee.type === 'Identifier' && plainErrors.has(callee.name)) report(start, `new ${callee.name}`);
      },
    })),
  },
  {
    name: 'no-module-state',
    remedy: 'hand state in by parameter',
    covers: inProduct,
    find: ({ program }) =>
      program.body.flatMap((statement) => {
        const declared = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
        const mutable = declared?.type === 'VariableDeclaration' && ['let', 'var'].includes(declared.kind);
        return mutable ? [{ offset: statement.start, what: `${declared.kind} at the top level` }] : [];
      }),
  },
  {
    name: 'no-silenced-test',
    remedy: 'run it or delete it',
    covers: inTest,
    find: walking((report) => ({
      MemberExpression: ({ object, property, start }) => {
        if (property.type !== 'Identifier' || !silencers.has(property.name)) return;
        if (testFunctions.has(rootName(object))) report(start, `${rootName(object)}.${property.name}`);
      },
    })),
  },
  {
    name: 'plain-title',
    remedy: 'state the behaviour, without "should"',
    covers: inTest,
    find: walking((report) => ({
      CallExpression: ({ callee, arguments: [title] }) => {
        if (!testFunctions.has(rootName(callee)) || title?.type !== 'Literal') return;
        if (/\bshould\b/i.test(String(title.value))) report(title.start, String(title.value));
      },
    })),
  },
  {
    name: 'no-unfinished-work',
    remedy: 'finish it or leave it out',
    covers: everywhere,
    find: inComments(({ value }) => unfinished.exec(value)?.[0]),
  },
  {
    name: 'reasoned-suppression',
    remedy: 'fix the cause, or give the reason after --',
    covers: everywhere,
    find: inComments(({ value }) => {
      const blind = blindSuppression.exec(value) ?? (value.includes(' -- ') ? null : suppression.exec(value));
      return blind?.[0];
    }),
  },
];

type Report = (offset: number, what: string) => void;

/** A rule that walks the tree: the visitor reports what it objects to. */
export function walking(visitor: (report: Report, file: ParsedFile) => VisitorObject): Rule['find'] {
  return (file) => {
    const findings: Finding[] = [];
    const report: Report = (offset, what) => findings.push({ offset, what });
    new Visitor(visitor(report, file)).visit(file.program);
    return findings;
  };
}

function inComments(objection: (comment: Comment) => string | undefined): Rule['find'] {
  return ({ comments }) =>
    comments.flatMap((comment) => {
      const what = objection(comment);
      return what === undefined ? [] : [{ offset: comment.start, what }];
    });
}

/** `test.concurrent.each(rows)` → test. */
function rootName(expression: Expression): string {
  if (expression.type === 'Identifier') return expression.name;
  if (expression.type === 'MemberExpression') return rootName(expression.object);
  return expression.type === 'CallExpression' ? rootName(expression.callee) : '';
}

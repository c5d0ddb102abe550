import { type BindingPattern, type Expression, type ImportDeclaration, type ParamPattern, Visitor } from 'oxc-parser';
import { type ParsedFile, type Rule, inProduct } from './tidy.ts';
import { walking } from './tidy-syntax.ts';

/** The adapters: the only files that touch the world as it is. All others take a port. */
const adapter = /^src\/std\/system-[a-z0-9-]+\.ts$/;
/** Pure functions of node:crypto, and the files that give them a name of ours. */
const pureCryptography = new Set(
  (
    'hash createHash createHmac timingSafeEqual createCipheriv createDecipheriv ' +
    'KeyObject createPrivateKey createPublicKey sign verify X509Certificate'
  ).split(' '),
);
const pureCryptographyFiles = new Set(
  'hash aead signature key-pair certificate'.split(' ').map((name) => `src/std/${name}.ts`),
);

const ambientMembers = new Set([
  'Date.now',
  'Math.random',
  'AbortSignal.timeout',
  ...['process', 'performance', 'console', 'crypto', 'globalThis', 'navigator'].map((name) => `${name}.*`),
]);

const ambientFunctions = new Set(['Date', 'setTimeout', 'setInterval', 'setImmediate', 'fetch', 'WebSocket']);

const ambientModules = new Set(
  (
    'fs fs/promises child_process crypto timers timers/promises process perf_hooks os ' +
    'net tls dgram dns dns/promises http http2 https worker_threads cluster'
  )
    .split(' ')
    .map((name) => `node:${name}`),
);

/** Time, chance, the disk, the network and other processes reach the product through ports alone. */
export const ambientRules: readonly Rule[] = [
  {
    name: 'no-ambient-global',
    remedy: 'take a port of std by parameter',
    covers: inProductBehindPorts,
    find: walking((report, file) => {
      const own = declaredNames(file);
      const check = (callee: Expression, argumentCount: number, start: number): void => {
        if (callee.type !== 'Identifier' || own.has(callee.name) || !ambientFunctions.has(callee.name)) return;
        if (callee.name !== 'Date' || argumentCount === 0) report(start, callee.name);
      };
      return {
        CallExpression: (node) => check(node.callee, node.arguments.length, node.start),
        NewExpression: (node) => check(node.callee, node.arguments.length, node.start),
        MemberExpression: ({ object, property, start }) => {
          if (object.type !== 'Identifier' || own.has(object.name)) return;
          const member = property.type === 'Identifier' ? `${object.name}.${property.name}` : `${object.name}.*`;
          if (ambientMembers.has(member) || ambientMembers.has(`${object.name}.*`)) report(start, member);
        },
      };
    }),
  },
  {
    name: 'no-ambient-module',
    remedy: 'take a port of std by parameter',
    covers: inProductBehindPorts,
    find: walking((report, { path }) => ({
      ImportDeclaration: (node) => {
        const allowed = pureCryptographyFiles.has(path) && importsPureCryptography(node);
        if (ambientModules.has(node.source.value) && !allowed) report(node.start, node.source.value);
      },
      ImportExpression: ({ source, start }) => {
        if (source.type === 'Literal' && ambientModules.has(String(source.value))) report(start, String(source.value));
      },
    })),
  },
];

function inProductBehindPorts(path: string): boolean {
  return inProduct(path) && !adapter.test(path);
}

function importsPureCryptography({ source, specifiers }: ImportDeclaration): boolean {
  return (
    source.value === 'node:crypto' &&
    specifiers.every(
      (specifier) =>
        specifier.type === 'ImportSpecifier' &&
        specifier.imported.type === 'Identifier' &&
        pureCryptography.has(specifier.imported.name),
    )
  );
}

/** Names the file gives to things of its own: a parameter `process` is not the global. */
function declaredNames({ program }: ParsedFile): ReadonlySet<string> {
  const names = new Set<string>();
  const add = (pattern: BindingPattern | ParamPattern): void => {
    for (const name of namesIn(pattern)) names.add(name);
  };
  new Visitor({
    VariableDeclarator: ({ id }) => add(id),
    FunctionDeclaration: ({ params }) => params.forEach(add),
    FunctionExpression: ({ params }) => params.forEach(add),
    ArrowFunctionExpression: ({ params }) => params.forEach(add),
    ImportSpecifier: ({ local }) => names.add(local.name),
    ImportDefaultSpecifier: ({ local }) => names.add(local.name),
    ImportNamespaceSpecifier: ({ local }) => names.add(local.name),
  }).visit(program);
  return names;
}

function namesIn(pattern: BindingPattern | ParamPattern): readonly string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        namesIn(property.type === 'RestElement' ? property.argument : property.value),
      );
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) =>
        element === null ? [] : namesIn(element.type === 'RestElement' ? element.argument : element),
      );
    case 'AssignmentPattern':
      return namesIn(pattern.left);
    case 'RestElement':
      return namesIn(pattern.argument);
    case 'TSParameterProperty':
      return namesIn(pattern.parameter);
  }
}

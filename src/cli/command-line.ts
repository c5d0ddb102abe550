import { Argument, Command as Parser, CommanderError, InvalidArgumentError, Option as ParserOption } from 'commander';
import type { Command, CommandContext, Option, World } from './command.ts';
import { COMMANDS, type Entry, GROUP_SUMMARIES } from './commands.ts';
import { type Exit, exitCodesText } from './exit-codes.ts';
import { Interrupts } from './interrupts.ts';
import { UsageError } from './usage-error.ts';
import { choosePalette } from './views/palette.ts';

const HELP_COLUMNS_MAX = 110;

const COMMON: Readonly<Record<string, Option<boolean>>> = {
  json: { summary: 'one line of JSON for each thing to say', parse: () => true },
};

/** Parses the words, loads the one command that is meant, runs it. */
export async function runCommandLine(world: World, version: string, meant: CommandContext['meant']): Promise<Exit> {
  const { terminal } = world;
  const words = terminal.arguments;
  const entries = COMMANDS.filter(({ name }) => startsWith(words, name.split(' ')));
  const root = frame(new Parser('bootstrap'), world)
    .description('Turns a cloud account, or one machine, into a highly available Kubernetes platform.')
    .usage('COMMAND [options]')
    .version(version, '-V, --version', 'print the version')
    .addHelpText('after', ROOT_HELP);
  let exit: Exit = 'ok';
  const groups = new Map<string, Parser>();
  for (const entry of COMMANDS) {
    const parser = parserFor(root, groups, entry, world);
    if (!entries.includes(entry)) continue;
    const command = await entry.load();
    describe(parser, command);
    parser.action(async () => {
      exit = await run(world, { command, parser, meant });
    });
  }
  addHelpCommand(root, world);
  try {
    await root.parseAsync(words.length === 0 ? ['--help'] : words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 'ok' : 'input';
  }
  return exit;
}

const ROOT_HELP = `
A cluster is meant by its name, or by its file with -f FILE.
Try it without an account:
  bootstrap create demo

Exit codes: bootstrap help exit-codes`;

interface Call {
  readonly command: Command;
  readonly parser: Parser;
  readonly meant: CommandContext['meant'];
}

async function run(world: World, { command, parser, meant }: Call): Promise<Exit> {
  using interrupts = new Interrupts(world.terminal, world.clock);
  const { json, plain, emulator } = parser.opts<{ json?: boolean; plain?: boolean; emulator?: number }>();
  const context: CommandContext = {
    terminal: world.terminal,
    environment: world.environment,
    clock: world.clock,
    files: world.files,
    clusterFiles: world.clusterFiles,
    permissions: (region) => world.permissions(region),
    openApp: (emit) => world.openApp(emit, { emulator }),
    asProblem: (error) => world.asProblem(error),
    palette: choosePalette(world.terminal.output, world.environment.variables),
    isJson: json === true,
    isPlain: plain === true,
    interrupts,
    meant,
  };
  return await command.run(context, parser);
}

function parserFor(root: Parser, groups: Map<string, Parser>, { name, summary }: Entry, world: World): Parser {
  const [first = '', second] = name.split(' ');
  const parent = second === undefined ? root : (groups.get(first) ?? frame(root.command(first), world));
  if (second !== undefined && !groups.has(first)) {
    groups.set(first, parent.description(GROUP_SUMMARIES.get(first) ?? '').helpCommand(false));
  }
  return frame(parent.command(second ?? first), world).description(summary);
}

/** What is the same for the whole program and each command. */
function frame(parser: Parser, { terminal }: World): Parser {
  return parser
    .exitOverride()
    .configureOutput({
      writeOut: (help) => terminal.output.write(help),
      writeErr: (complaint) => terminal.errors.write(complaint),
    })
    .configureHelp({ helpWidth: Math.min(terminal.output.columns, HELP_COLUMNS_MAX), showGlobalOptions: false })
    .helpOption('-h, --help', 'show this help');
}

function describe(parser: Parser, { example, arguments: named, options }: Command): void {
  for (const { name, summary } of named)
    parser.addArgument(new Argument(name.startsWith('[') ? name : `<${name}>`, summary));
  for (const [key, option] of Object.entries({ ...options, ...COMMON })) parser.addOption(parserOption(key, option));
  parser.addHelpText('after', `\nExample:\n${example.replaceAll(/^/gm, '  ')}`);
  parser.showHelpAfterError(`See: bootstrap ${nameOf(parser)} --help`);
}

function parserOption(key: string, { summary, value, letter, isOnByDefault, parse }: Option<unknown>): ParserOption {
  const name = key.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
  const long = isOnByDefault === true ? `--no-${name}` : `--${name}`;
  const flags = `${letter === undefined ? '' : `-${letter}, `}${long}${value === undefined ? '' : ` <${value}>`}`;
  const option = new ParserOption(flags, summary);
  return value === undefined ? option : option.argParser((given) => parsed(given, parse));
}

function parsed(given: string, parse: (given: string) => unknown): unknown {
  try {
    return parse(given);
  } catch (error) {
    if (error instanceof UsageError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}

function addHelpCommand(root: Parser, { terminal }: World): void {
  root.helpCommand(false);
  root
    .command('help')
    .argument('[TOPIC...]')
    .description('show the help of a command, or: exit-codes')
    .exitOverride()
    .action(async (topic: readonly string[]) => {
      if (topic[0] === 'exit-codes') terminal.output.write(exitCodesText());
      else await root.parseAsync([...topic, '--help'], { from: 'user' });
    });
}

function nameOf(parser: Parser): string {
  const { parent } = parser;
  return parent === null || parent.parent === null ? parser.name() : `${nameOf(parent)} ${parser.name()}`;
}

function startsWith(words: readonly string[], name: readonly string[]): boolean {
  const spoken = words.filter((word) => !word.startsWith('-'));
  const meant = spoken[0] === 'help' ? spoken.slice(1) : spoken;
  return name.every((word, index) => meant[index] === word);
}

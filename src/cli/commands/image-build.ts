import { isAbsolute, resolve } from 'node:path';
import { defineCommand, list, text } from '../command.ts';
import { show } from '../read-verb.ts';
import { meanAgain, shellWord } from '../target.ts';

const SYSTEM = 'debian-13';

export const imageBuildCommand = defineCommand({
  example: 'bootstrap image build\nbootstrap image build --packages nginx,php-fpm --to images/web',
  arguments: [],
  options: {
    system: text('SYSTEM', `the operating system; ${SYSTEM} by default, which is the only one that can be built`),
    packages: list('PACKAGES', 'Debian packages to bake in, separated by commas'),
    mirror: text('URL', 'where Debian packages come from; by default from where those of this workstation come'),
    to: text('DIRECTORY', 'leave it there, to be carried elsewhere, instead of in the cache of this workstation'),
  },
  async run(context, { options }) {
    const { system = SYSTEM, packages = [], mirror, to } = options;
    const hear = (line: string): void => show(context, { step: line }, () => [context.palette.faint(line)]);
    const target = to === undefined || isAbsolute(to) ? to : resolve(to);
    const { interrupts } = context;
    meanAgain(context);
    const { images } = await context.openApp(() => undefined);
    // What it has begun it also clears away, which takes a moment.
    const image = await interrupts.whileRunning(
      images.build({ system, packages, mirror, to: target, hear }, interrupts.stop),
      () => undefined,
    );
    const name = image.directory === undefined ? image.id : shellWord(image.directory);
    show(context, image, () => [
      `${image.id}: ${image.packages.length} packages`,
      `  ${context.palette.strong(`bootstrap create dev --provider local --image ${name}`)}`,
    ]);
    return 'ok';
  },
});

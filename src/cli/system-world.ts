import { SystemClock } from '#std/system-clock.ts';
import { systemEnvironment } from '#std/system-environment.ts';
import { SystemFiles } from '#std/system-files.ts';
import type { Terminal } from '#std/terminal.ts';
import type { World } from './command.ts';

/** The world as it is. Whatever is heavy is loaded when it is asked for. */
export function systemWorld(terminal: Terminal): World {
  return {
    terminal,
    clock: new SystemClock(),
    files: new SystemFiles(),
    environment: systemEnvironment(),
    async openApp(emit, manner) {
      const [{ createApp }, { systemPorts }] = await Promise.all([
        import('#app/create-app.ts'),
        import('#app/system-ports.ts'),
      ]);
      return createApp({ ...systemPorts(emit), ...manner });
    },
    async asProblem(error) {
      return (await import('#app/problems.ts')).asProblem(error);
    },
    async permissions(region) {
      return (await import('#app/permissions.ts')).awsPermissions(region);
    },
    clusterFiles: {
      async render(answers) {
        return (await import('#app/cluster-files.ts')).renderClusterFile(answers);
      },
      async flawIn(answers, key) {
        return (await import('#app/cluster-files.ts')).flawIn(answers, key);
      },
      async check(text, title) {
        await (await import('#app/cluster-files.ts')).checkClusterText(text, title);
      },
      async defaultRegionOf(provider) {
        return (await import('#app/cluster-files.ts')).defaultRegionOf(provider);
      },
      async explain(path = '') {
        return (await import('#app/cluster-files.ts')).explainPath(path);
      },
      async schema() {
        return (await import('#app/cluster-files.ts')).clusterFileJsonSchema();
      },
    },
  };
}

import { expect, test } from 'vitest';
import { placesIn } from '#app/places.ts';

const home = '/people/ada';

test('without a word from the environment everything is where the XDG rules put it', () => {
  const places = placesIn({ home, variables: {} });
  expect(places.of('blog')).toMatchObject({
    file: '/people/ada/.config/bootstrap/clusters/blog/cluster.yaml',
    known: '/people/ada/.local/state/bootstrap/clusters/blog',
    runs: '/people/ada/.local/state/bootstrap/clusters/blog/runs',
  });
  expect(places.of('blog').state('uid123456')).toBe(
    '/people/ada/.local/state/bootstrap/clusters/blog/states/uid123456',
  );
  expect(places.keyFile).toBe('/people/ada/.local/share/bootstrap/keys/state.key');
  expect(places.simulatedAccount('demo')).toBe('/people/ada/.local/share/bootstrap/simulated-accounts/demo');
});

test('machines of this workstation have their own places, and sockets one that others have no way to', () => {
  expect(placesIn({ home, variables: {} }).local).toEqual({
    data: '/people/ada/.local/share/bootstrap',
    cache: '/people/ada/.cache/bootstrap',
    runtime: '/people/ada/.local/state/bootstrap/run',
  });
  const variables = { XDG_RUNTIME_DIR: '/run/user/1000', XDG_CACHE_HOME: '/tmp/cache' };
  expect(placesIn({ home, variables }).local).toMatchObject({
    cache: '/tmp/cache/bootstrap',
    runtime: '/run/user/1000/bootstrap',
  });
});

test('the environment moves each kind of place by itself', () => {
  const variables = { XDG_CONFIG_HOME: '/etc/ada', XDG_STATE_HOME: '/var/ada', XDG_DATA_HOME: '/srv/ada' };
  const places = placesIn({ home, variables });
  expect(places.of('blog').file).toBe('/etc/ada/bootstrap/clusters/blog/cluster.yaml');
  expect(places.of('blog').runs).toBe('/var/ada/bootstrap/clusters/blog/runs');
  expect(places.simulatedAccount('demo')).toBe('/srv/ada/bootstrap/simulated-accounts/demo');
});

test.each(['', 'relative/path'])('a place that is no absolute path (%j) is ignored, as the rules say', (value) => {
  const places = placesIn({ home, variables: { XDG_CONFIG_HOME: value } });
  expect(places.of('blog').file).toBe('/people/ada/.config/bootstrap/clusters/blog/cluster.yaml');
});

import { z } from 'zod';
import { type AwsFault, fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { type MachineState, started, stateAt, stopped } from '../machine-life.ts';
import { findInstance, type Instance, INSTANCES } from './instance.ts';
import { drawPublicAddresses } from './public-address.ts';
import { ec2Operation, request } from './request.ts';
import { STATE_CODES } from './shown-instance.ts';

const InstanceIds = z.array(z.string()).min(1);

/** What is off stays off, and what is on its way there goes on. One that cannot be stopped, and none is. */
const stopInstances = ec2Operation({
  name: 'StopInstances',
  input: request({ InstanceIds, Force: z.boolean().optional() }),
  run: (asked, desk) => ({
    StoppingInstances: turned(asked.InstanceIds, desk, (instance, state) => {
      if (instance.spotRequestId !== undefined) {
        const words = `You can't stop the Spot Instance '${instance.id}' because it is associated with a one-time Spot`;
        throw fault('UnsupportedOperation', `${words} Instance request.`);
      }
      if (state === 'stopping' || state === 'stopped') return instance;
      if (state !== 'running') throw wrongState(instance, 'stopped');
      return stopped(instance, desk.nowMs);
    }),
  }),
});

/** What runs goes on. It is given another public address, if it had one of its own. */
const startInstances = ec2Operation({
  name: 'StartInstances',
  input: request({ InstanceIds }),
  run: (asked, desk) => ({
    StartingInstances: turned(asked.InstanceIds, desk, (instance, state) => {
      if (state === 'pending' || state === 'running') return instance;
      if (state !== 'stopped') throw wrongState(instance, 'started');
      const [publicIp] = instance.publicIp === undefined ? [] : drawPublicAddresses(1, desk);
      return { ...started(instance, desk.nowMs), publicIp };
    }),
  }),
});

export const powerOperations = [stopInstances, startInstances];

type Turn = (instance: Instance, state: MachineState) => Instance;

function turned(ids: readonly string[], desk: Desk, turn: Turn): readonly object[] {
  return ids.map((id) => {
    const instance = findInstance(desk, id);
    const before = stateAt(instance, desk.nowMs);
    const after = turn(instance, before);
    if (after !== instance) desk.put(INSTANCES, id, after);
    const state = stateAt(after, desk.nowMs);
    return { InstanceId: id, PreviousState: shown(before), CurrentState: shown(state) };
  });
}

function shown(state: MachineState): object {
  return { Code: STATE_CODES[state], Name: state };
}

function wrongState({ id }: Instance, participle: string): AwsFault {
  const words = `The instance '${id}' is not in a state from which it can be ${participle}.`;
  return fault('IncorrectInstanceState', words);
}

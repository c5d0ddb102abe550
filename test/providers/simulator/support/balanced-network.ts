import type {
  CreateLoadBalancerCommandInput,
  CreateTargetGroupCommandInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeTargetHealthCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeImagesCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { Weather } from '#providers/simulator/weather.ts';
import { REGION, SdkAccount } from './sdk-account.ts';

/** A network in two zones with its gateway, in which something is to be balanced. */
export class BalancedNetwork {
  readonly account: SdkAccount;
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly groupId: string;

  private constructor(account: SdkAccount, place: Pick<BalancedNetwork, 'vpcId' | 'subnetIds' | 'groupId'>) {
    this.account = account;
    ({ vpcId: this.vpcId, subnetIds: this.subnetIds, groupId: this.groupId } = place);
  }

  static async open({ hasGateway = true }: { readonly hasGateway?: boolean } = {}): Promise<BalancedNetwork> {
    const account = await SdkAccount.open();
    const { ec2 } = account.in();
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
    const VpcId = Vpc?.VpcId ?? '';
    const subnetIds: string[] = [];
    for (const [index, letter] of ['a', 'b'].entries()) {
      const place = { VpcId, CidrBlock: `10.0.${index}.0/24`, AvailabilityZone: `${REGION}${letter}` };
      const { Subnet } = await ec2.send(new CreateSubnetCommand(place));
      subnetIds.push(Subnet?.SubnetId ?? '');
    }
    const group = { VpcId, GroupName: 'balancer', Description: 'for a test' };
    const { GroupId: groupId = '' } = await ec2.send(new CreateSecurityGroupCommand(group));
    if (hasGateway) {
      const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
      const { InternetGatewayId } = InternetGateway ?? {};
      await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId, VpcId }));
    }
    return new BalancedNetwork(account, { vpcId: VpcId, subnetIds, groupId });
  }

  get elb() {
    return this.account.in().elb;
  }

  get ec2() {
    return this.account.in().ec2;
  }

  change(weather: Partial<Weather>): void {
    this.account.change(weather);
  }

  pass(ms: number): Promise<void> {
    return this.account.pass(ms);
  }

  async makeBalancer(extra: Partial<CreateLoadBalancerCommandInput> = {}) {
    const usual = { Name: 'balancer', Type: 'network' as const };
    const place = { Subnets: [...this.subnetIds], SecurityGroups: [this.groupId] };
    const { LoadBalancers } = await this.elb.send(new CreateLoadBalancerCommand({ ...usual, ...place, ...extra }));
    const [made] = LoadBalancers ?? [];
    return { ...made, arn: made?.LoadBalancerArn ?? '' };
  }

  async makeGroup(extra: Partial<CreateTargetGroupCommandInput> = {}): Promise<string> {
    const usual = { Name: 'api', Protocol: 'TCP' as const, Port: 6_443, VpcId: this.vpcId };
    const { TargetGroups } = await this.elb.send(new CreateTargetGroupCommand({ ...usual, ...extra }));
    return TargetGroups?.[0]?.TargetGroupArn ?? '';
  }

  async listen(LoadBalancerArn: string, TargetGroupArn: string, Port = 6_443): Promise<string> {
    const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn }];
    const place = { LoadBalancerArn, Protocol: 'TCP' as const, Port, DefaultActions };
    const { Listeners } = await this.elb.send(new CreateListenerCommand(place));
    return Listeners?.[0]?.ListenerArn ?? '';
  }

  /** Running, unless it is asked for otherwise. */
  async launch({ isRunning = true }: { readonly isRunning?: boolean } = {}): Promise<string> {
    const Filters = [{ Name: 'architecture', Values: ['x86_64'] }];
    const { Images } = await this.ec2.send(new DescribeImagesCommand({ Owners: ['136693071363'], Filters }));
    const size = { InstanceType: 'm7i.large' as const, MinCount: 1, MaxCount: 1 };
    const request = { ImageId: Images?.[0]?.ImageId, ...size, SubnetId: this.subnetIds[0] };
    const { Instances } = await this.ec2.send(new RunInstancesCommand(request));
    if (isRunning) await this.pass(30_000);
    return Instances?.[0]?.InstanceId ?? '';
  }

  /** `i-…: unhealthy`, by id. */
  async healthIn(TargetGroupArn: string): Promise<readonly string[]> {
    const answer = await this.elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
    const all = answer.TargetHealthDescriptions ?? [];
    return all.map(({ Target, TargetHealth }) => `${Target?.Id}: ${TargetHealth?.State}`).toSorted();
  }
}

import { z } from 'zod';
import { request } from './request.ts';
import { TagSpecifications } from './tagging.ts';
import { AskedProfile } from './usable-profile.ts';

const Ebs = z.strictObject({
  VolumeSize: z.number().int().positive().optional(),
  VolumeType: z.enum(['gp3', 'gp2', 'io2']).optional(),
  Encrypted: z.boolean().optional(),
  KmsKeyId: z.string().optional(),
  Iops: z.number().optional(),
  Throughput: z.number().optional(),
  DeleteOnTermination: z.boolean().optional(),
});

export const BlockDevice = z.strictObject({ DeviceName: z.string(), Ebs });
export type BlockDevice = z.output<typeof BlockDevice>;

/** What RunInstances takes here: no launch templates, no persistent spot requests, one network interface at most. */
export const LaunchRequest = request({
  ImageId: z.string(),
  InstanceType: z.string(),
  MinCount: z.number().int(),
  MaxCount: z.number().int(),
  ClientToken: z.string().optional(),
  KeyName: z.string().optional(),
  SecurityGroupIds: z.array(z.string()).optional(),
  SubnetId: z.string().optional(),
  UserData: z.string().optional(),
  IamInstanceProfile: AskedProfile.optional(),
  BlockDeviceMappings: z.array(BlockDevice).optional(),
  TagSpecifications,
  NetworkInterfaces: z
    .array(
      z.strictObject({
        DeviceIndex: z.literal(0),
        SubnetId: z.string().optional(),
        Groups: z.array(z.string()).optional(),
        AssociatePublicIpAddress: z.boolean().optional(),
        DeleteOnTermination: z.boolean().optional(),
        Description: z.string().optional(),
      }),
    )
    .max(1)
    .optional(),
  MetadataOptions: z
    .strictObject({
      HttpTokens: z.enum(['required', 'optional']).optional(),
      HttpPutResponseHopLimit: z.number().int().min(1).max(64).optional(),
      HttpEndpoint: z.enum(['enabled', 'disabled']).optional(),
      InstanceMetadataTags: z.enum(['enabled', 'disabled']).optional(),
    })
    .optional(),
  Placement: z.strictObject({ AvailabilityZone: z.string().optional() }).optional(),
  InstanceMarketOptions: z
    .strictObject({
      MarketType: z.literal('spot'),
      SpotOptions: z
        .strictObject({
          SpotInstanceType: z.literal('one-time').optional(),
          InstanceInterruptionBehavior: z.literal('terminate').optional(),
          MaxPrice: z.string().optional(),
        })
        .optional(),
    })
    .optional(),
  Monitoring: z.strictObject({ Enabled: z.boolean() }).optional(),
  EbsOptimized: z.boolean().optional(),
  InstanceInitiatedShutdownBehavior: z.enum(['stop', 'terminate']).optional(),
  DisableApiTermination: z.literal(false).optional(),
  CreditSpecification: z.strictObject({ CpuCredits: z.enum(['standard', 'unlimited']) }).optional(),
});
export type LaunchRequest = z.output<typeof LaunchRequest>;

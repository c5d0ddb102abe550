import type { Filter, ServiceInputTypes, ServiceOutputTypes } from '@aws-sdk/client-ec2';
import type { ResourceContext } from '#engine/resource.ts';
import type { AwsCommand, AwsService } from '../service.ts';
import { type Asking, SharedListing } from '../shared-listing.ts';
import { CLUSTER_TAG, ownerOf, type Tag } from '../tags.ts';

type Ec2 = AwsService<ServiceInputTypes, ServiceOutputTypes>;
type Looking = Asking & Pick<ResourceContext, 'cluster'>;

interface Tagged {
  readonly Tags?: readonly Tag[] | undefined;
}

export interface ListingSpec<Item, Input extends ServiceInputTypes, Output extends ServiceOutputTypes> {
  readonly purpose: string;
  /** The filter that takes the id of an item. */
  readonly idFilter: string;
  readonly idOf: (item: Item) => string | undefined;
  readonly request: (asked: Asked) => AwsCommand<ServiceInputTypes, Input, ServiceOutputTypes, Output>;
  readonly itemsOf: (answer: Output) => readonly Item[] | undefined;
}

interface Asked {
  readonly Filters: Filter[];
  readonly NextToken: string | undefined;
}

/** Everything of one kind that fits a filter: asked for once by all who ask at the same time. */
export interface Listing<Item extends Tagged> {
  /** What carries the mark of the cluster. */
  ofCluster(context: Looking): Promise<readonly Item[]>;
  /** With or without a mark. */
  where(context: Asking, filter: string, value: string): Promise<readonly Item[]>;
  /** The object of the context: by its id or, while that is not known, by its mark. */
  find(context: ResourceContext, id: string | undefined): Promise<Item | undefined>;
  findById(context: Looking, id: string): Promise<Item | undefined>;
}

export function ec2Listing<Item extends Tagged, Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
  ec2: Ec2,
  { purpose, idFilter, idOf, request, itemsOf }: ListingSpec<Item, Input, Output>,
): Listing<Item> {
  const shared = new SharedListing<Filter, Item>(async (context, filter, NextToken) => {
    const answer = await ec2.read(context, purpose, request({ Filters: [filter], NextToken }));
    return { items: itemsOf(answer) ?? [], next: nextOf(answer) };
  });
  const where: Listing<Item>['where'] = (context, filter, value) =>
    shared.ask(context, `${filter}=${value}`, { Name: filter, Values: [value] });
  const ofCluster: Listing<Item>['ofCluster'] = (context) => where(context, `tag:${CLUSTER_TAG}`, context.cluster);
  const findById: Listing<Item>['findById'] = async (context, id) => {
    const isIt = (item: Item): boolean => idOf(item) === id;
    // Somebody may have taken its mark away.
    return (await ofCluster(context)).find(isIt) ?? (await where(context, idFilter, id)).find(isIt);
  };
  const findByMark = async (context: ResourceContext): Promise<Item | undefined> => {
    const marked = await ofCluster(context);
    return marked.find(({ Tags }) => ownerOf(Tags)?.instanceId === context.instanceId);
  };
  const find: Listing<Item>['find'] = (context, id) => (id === undefined ? findByMark(context) : findById(context, id));
  return { ofCluster, where, find, findById };
}

/** Keys and addresses are listed without pages. */
function nextOf(answer: object): string | undefined {
  return 'NextToken' in answer && typeof answer.NextToken === 'string' ? answer.NextToken : undefined;
}

/** How far a node comes by itself on a machine of this provider. What it becomes beyond that is not brought to it yet. */
export const LAST_STAGE = 'network';

import { playFamily } from './play.ts';
import { updateFamily } from './update.ts';

playFamily(updateFamily);

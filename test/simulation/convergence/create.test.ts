import { playFamily } from './play.ts';
import { createFamily } from './create.ts';

playFamily(createFamily);

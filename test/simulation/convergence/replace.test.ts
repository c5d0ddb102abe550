import { playFamily } from './play.ts';
import { replaceFamily } from './replace.ts';

playFamily(replaceFamily);

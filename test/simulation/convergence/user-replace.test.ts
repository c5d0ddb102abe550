import { playFamily } from './play.ts';
import { userReplaceFamily } from './user-replace.ts';

playFamily(userReplaceFamily);

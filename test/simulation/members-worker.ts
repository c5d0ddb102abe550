import { memberRepertoire } from './cluster/cluster-repertoire.ts';
import { serveJobs } from './serve-jobs.ts';

serveJobs(memberRepertoire);

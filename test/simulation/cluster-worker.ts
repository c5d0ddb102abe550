import { clusterRepertoire } from './cluster/cluster-repertoire.ts';
import { serveJobs } from './serve-jobs.ts';

serveJobs(clusterRepertoire);

import { serveJobs } from './serve-jobs.ts';
import { toyRepertoire } from './toy-repertoire.ts';

serveJobs(toyRepertoire);

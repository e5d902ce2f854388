/** What TypeScript calls. */
export { run, unused } from './run';

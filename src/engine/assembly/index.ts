/** What TypeScript calls. */
export { run } from './run';
export { deliver } from './events';
export { rekey } from './keys';
export { walk } from './walk';

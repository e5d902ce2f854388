/** `entrylab as` by itself: what the launcher runs for it, without the engine, the decoder and the other commands. */
import { asCommand } from './as.ts';
import { runProgram } from './program.ts';

runProgram([asCommand()]);

/** For the launcher: whether nothing is left to be done. */
export { isFlushed as isDone } from './context.ts';

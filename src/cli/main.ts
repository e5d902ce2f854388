/** The command line: one file a command; this one has them all. `as` alone has a bundle of its own too, main-as.ts, which starts sooner. */
import { asCommand } from './as.ts';
import { debugCommand } from './debug.ts';
import { disasmCommand } from './disasm.ts';
import { matrixCommand } from './matrix.ts';
import { runProgram } from './program.ts';
import { runCommand } from './run.ts';
import { testCommand } from './test.ts';

runProgram([asCommand(), runCommand(), debugCommand(), matrixCommand(), disasmCommand(), testCommand()]);

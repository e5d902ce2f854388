/** Commands that move the program backwards. */

import { backInstructions, backLines, backNextLines, backOutOfFrame, backOver, goBack } from '../backwards.ts';
import type { Command } from '../command.ts';
import type { Interpreter } from '../interpreter.ts';
import { Mistake } from '../mistake.ts';
import type { Motion } from '../motion.ts';
import type { Session } from '../session.ts';
import { backUops } from '../uop-steps.ts';
import { countOf } from './arguments.ts';

const counted =
  (move: (session: Session, count: number) => Motion) =>
  (it: Interpreter, argument: string): Motion =>
    move(it.session, countOf(it, argument));

export const BACKWARDS: readonly Command[] = [
  {
    name: 'reverse-continue',
    aliases: ['rc'],
    category: 'backwards',
    help: 'Run backwards to the last stop before here, or to the entry.\nA watchpoint stops before the instruction that changed the value.',
    repeats: 'same',
    run: (it) => goBack(it.session),
  },
  {
    name: 'reverse-stepi',
    aliases: ['rsi'],
    category: 'backwards',
    usage: '[N]',
    help: 'Step one instruction, or N, backwards.',
    repeats: 'same',
    run: counted(backInstructions),
  },
  {
    name: 'reverse-nexti',
    aliases: ['rni'],
    category: 'backwards',
    usage: '[N]',
    help: 'Step one instruction, or N, backwards, over calls, handlers and repeated string instructions.',
    repeats: 'same',
    run: counted(backOver),
  },
  {
    name: 'reverse-step',
    aliases: ['rs'],
    category: 'backwards',
    usage: '[N]',
    help: 'Step back to the start of the line before, into calls.',
    repeats: 'same',
    run: counted(backLines),
  },
  {
    name: 'reverse-next',
    aliases: ['rn'],
    category: 'backwards',
    usage: '[N]',
    help: 'Step back to the start of the line before, over calls.',
    repeats: 'same',
    run: counted(backNextLines),
  },
  {
    name: 'reverse-finish',
    aliases: ['rfin'],
    category: 'backwards',
    help: 'Run backwards to the call, or the event, that this frame came of.',
    repeats: 'same',
    run: (it) => {
      const motion = backOutOfFrame(it.session);
      if (!motion) throw new Mistake('"reverse-finish" not meaningful in the outermost frame.');
      return motion;
    },
  },
  {
    name: 'reverse-stepu',
    aliases: ['rsu', 'reverse-stepuop'],
    category: 'backwards',
    usage: '[N]',
    help: 'Step one micro-op, or N, backwards.',
    repeats: 'same',
    run: counted(backUops),
  },
];

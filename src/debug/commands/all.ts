/** Every command, in the order that `help` lists them. */
import type { Command } from '../command.ts';
import { BACKWARDS } from './backwards.ts';
import { CHECKPOINT_COMMANDS } from './checkpoints.ts';
import { DATA } from './data.ts';
import { DISPLAY_COMMANDS } from './display.ts';
import { STATUS } from './info.ts';
import { LIST } from './list.ts';
import { MACHINE } from './machine.ts';
import { POINT_CHANGES } from './point-changes.ts';
import { STOPPING } from './points.ts';
import { RUNNING } from './running.ts';
import { SETTING_COMMANDS } from './settings.ts';
import { SUPPORT } from './support.ts';

export const COMMANDS: readonly Command[] = [
  ...RUNNING,
  ...BACKWARDS,
  ...CHECKPOINT_COMMANDS,
  ...STOPPING,
  ...POINT_CHANGES,
  ...DATA,
  ...DISPLAY_COMMANDS,
  ...MACHINE,
  ...STATUS,
  LIST,
  ...SETTING_COMMANDS,
  ...SUPPORT,
];

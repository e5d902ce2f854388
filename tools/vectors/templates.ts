/** All templates, in the order of a round. */
import { odd } from './encoding.ts';
import { INTEGER } from './integer.ts';
import { SELF_MODIFYING } from './self-modifying.ts';
import { SEQUENCES } from './sequences.ts';
import { STACK_TEMPLATES } from './stack.ts';
import { STRINGS } from './strings.ts';
import { SYSTEM } from './system.ts';
import type { Template } from './template.ts';

const SINGLE: readonly Template[] = [...INTEGER, ...STACK_TEMPLATES, ...STRINGS, ...SYSTEM];

export const TEMPLATES: readonly Template[] = [...SINGLE, ...odd(SINGLE), ...SEQUENCES, ...SELF_MODIFYING];

/**
 * What the choice of a form depends on, as one string: the key under which select.ts keeps it.
 *
 * In: the mnemonic, the operands in Intel order and all around them. Out: the key. It has to tell apart whatever a form's
 * operands, its rank or a decoration can tell apart; a mask's number, say, changes nothing.
 */
import { type Decorations, PLAIN } from './decorations.ts';
import { type Actual, type ActualMemory, isBare } from './operands.ts';
import type { SelectContext } from './select.ts';
import { isByteTarget, needs64 } from './select-match.ts';

export function signature(mnemonic: string, operands: readonly Actual[], context: SelectContext): string {
  const { mode, wishes, prefixes, decorations } = context;
  let key = `${mode.bits}${mode.gcc ? 'g' : ''}${prefixes.data ? 'd' : ''}${prefixes.rex === 0 ? '' : 'r'}`;
  if (wishes.direction !== undefined || wishes.encoding !== undefined)
    key += `{${wishes.direction} ${wishes.encoding}}`;
  if (decorations !== PLAIN) key += decorationKind(decorations);
  key += mnemonic;
  for (const operand of operands) {
    switch (operand.kind) {
      case 'register':
        key += `,${operand.indirect ? '*' : ''}${operand.register.name}`;
        break;
      case 'immediate':
        key += `,$${immediateKind(operand.value.known)}${operand.value.modifier ?? ''}`;
        break;
      case 'memory':
        key += memoryKind(operand);
        break;
      default:
        operand satisfies never;
    }
  }
  return key;
}

function decorationKind({ mask, broadcast, rounding }: Decorations): string {
  const masked = mask === undefined ? '' : `${mask.operand}${mask.zeroing ? 'z' : ''}`;
  return `{${masked} ${broadcast?.operand}:${broadcast?.copies} ${rounding?.mode}}`;
}

function memoryKind(memory: ActualMemory): string {
  const { base, index, disp, segment, indirect, addressSize } = memory;
  const start = `,m${addressSize}${indirect ? '*' : ''}${segment === undefined ? '' : ':'}`;
  if (isBare(memory)) {
    return start + (needs64(memory) ? 'far' : isByteTarget(memory) ? 'bare' : 'wide') + (disp?.modifier ?? '');
  }
  if (disp === undefined && index === undefined) return start + base!.name;
  return `${start}${base === undefined ? '' : base.number >> 3}+${index === undefined ? '' : `${index.class}${index.number >> 3}`}`;
}

/** The numbers at which some form begins or ceases to hold an immediate, ascending. */
const EDGES: readonly bigint[] = [
  ...[63, 32, 31, 16, 15, 8, 7, 4, 3].map((bit) => -(1n << BigInt(bit))),
  ...[0n, 1n, 2n, 3n, 4n, 8n, 16n],
  ...[0x80n, 0x100n, 0x8000n, 0xff80n, 0x10000n, 0x80000000n, 0xffff8000n, 0xffffff80n, 0x100000000n],
  ...[0x8000000000000000n, 0xffffffff80000000n, 0xffffffffffffff80n, 0x10000000000000000n],
];

function immediateKind(known: bigint | undefined): number | string {
  if (known === undefined) return 'u';
  let kind = 0;
  while (kind < EDGES.length && known >= EDGES[kind]!) kind++;
  return kind;
}

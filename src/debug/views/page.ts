/**
 * `page ADDR`: the walk level by level, what the page may be used for by whom, the fault that the rest would be, and what the TLB has.
 */
import { hex } from '../../base/hex.ts';
import { u64 } from '../../base/u64.ts';
import type { PageRights, TlbEntry, Walk, WalkStep } from '../../cpu/cpu.ts';
import * as cpuModel from '../../cpu/cpu.ts';
import { currentPcid, isCanonicalAddress } from '../../cpu/state.ts';
import { accessBits } from '../../cpu/walk.ts';
import { nameCr3 } from '../../machine/linux.ts';
import type { Machine } from '../../machine/machine.ts';
import { paragraph, type Style, wrap } from '../style.ts';
import { hex64, hexPhysical, nameSuffix } from './guest.ts';
import { rightsText, sizeText } from './tab.ts';

/** By level. */
const LEVELS = ['', 'PTE', 'PDE', 'PDPE', 'PML4', 'PML5'] as const;

const KINDS = ['read', 'write', 'execute'] as const;
type Kind = (typeof KINDS)[number];

/** Under the loaded tables, or those of `cr3`. */
export function page(machine: Machine, style: Style, linear: bigint, cr3?: bigint): string[] {
  const { cpu } = machine;
  const at = u64(linear);
  const root = cr3 ?? cpuModel.getCr(cpu, 3);
  const name = nameCr3(machine.space, root);
  const title = wrap([`${hex64(at)}${nameSuffix(machine, at)}`, `under cr3 ${hex(root)}`, name ?? ''], style);
  if (!isCanonicalAddress(cpu, at))
    return [...title, ...paragraph('not canonical: an access is #GP(0), or #SS(0) by way of the stack', style)];
  const walk = cpuModel.walkTables(cpu, at, root);
  return [
    ...title,
    ...walk.steps.flatMap((step) => stepLines(style, step)),
    ...resultLines(machine, style, walk),
    ...(cr3 === undefined || cr3 === cpuModel.getCr(cpu, 3) ? tlbLines(machine, style, at, walk) : []),
  ];
}

/** `PML4 0x000000002000[511]: 0x0000000000009067 P RW US A D` */
function stepLines(style: Style, { level, table, index, entry, inRam, leaf, reserved }: WalkStep): string[] {
  const head = `${LEVELS[level]!.padStart(4)} ${hexPhysical(table)}[${index}]: ${hex64(entry)}`;
  const wrong = [
    inRam ? '' : style.keyword('(the table lies outside of RAM, which reads as ones)'),
    reserved === 0n ? '' : style.keyword(`(reserved: ${bitsText(reserved)})`),
  ];
  return wrap([head, ...entryFlags(level, entry, leaf), ...wrong], style, 6);
}

/** Bits by name, those that are clear in small letters as Bochs has them. */
const FLAGS: readonly (readonly [name: string, bit: number, leafOnly: boolean])[] = [
  ['P', 0, false],
  ['RW', 1, false],
  ['US', 2, false],
  ['PWT', 3, false],
  ['PCD', 4, false],
  ['A', 5, false],
  ['D', 6, true],
  ['PS', 7, false],
  ['G', 8, true],
  ['NX', 63, false],
];

function entryFlags(level: number, entry: bigint, leaf: boolean): string[] {
  const shown = FLAGS.filter(([, , leafOnly]) => leaf || !leafOnly);
  return shown.map(([name, bit]) => {
    const set = (entry >> BigInt(bit)) & 1n;
    // Bit 7 of the last level is PAT.
    const known = bit === 7 && level === 1 ? 'PAT' : name;
    return set ? known : known.toLowerCase();
  });
}

function bitsText(bits: bigint): string {
  const numbers: number[] = [];
  for (let n = 0; n < 64; n++) if ((bits >> BigInt(n)) & 1n) numbers.push(n);
  return numbers.length === 1 ? `bit ${numbers[0]}` : `bits ${numbers.join(', ')}`;
}

function resultLines(machine: Machine, style: Style, walk: Walk): string[] {
  if (!walk.page) return failureLines(machine, style, walk);
  const { physical, size } = walk.page;
  const inside = walk.linear & BigInt(size - 1);
  const outside = physical + inside >= BigInt(machine.cpu.ram.length) ? style.keyword('(outside of RAM)') : '';
  return [
    ...wrap(
      ['maps to', style.bold(hexPhysical(physical + inside)), `${sizeText(size)} page`, rightsText(walk.page), outside],
      style,
    ),
    ...rightsLines(machine, style, walk.page),
  ];
}

/** An entry that is unfit. */
function failureLines(machine: Machine, style: Style, walk: Walk): string[] {
  const last = walk.steps.at(-1)!;
  const isReserved = last.reserved !== 0n;
  const why = isReserved ? 'has a reserved bit set' : 'is not present';
  const codes = [false, true].flatMap((user) =>
    KINDS.map((kind) => hex(accessBits(machine.cpu, kind, user) | (isReserved ? 9 : 0))),
  );
  return [
    ...paragraph(
      `not mapped: the ${LEVELS[last.level]}${last.level > 3 ? ' entry' : ''} ${why} (SDM vol. 3, 4.7)`,
      style,
    ),
    ...['kernel', 'user'].flatMap((who, i) =>
      wrap([`${who.padEnd(6)}  ---`, ...KINDS.map((kind, k) => `${kind} #PF(${codes[3 * i + k]})`)], style, 13, '  '),
    ),
  ];
}

/** `kernel  r-x`, and for each access that is refused why. */
function rightsLines(machine: Machine, style: Style, rights: PageRights): string[] {
  return [false, true].flatMap((user) => {
    const faults = KINDS.map((kind) => [kind, cpuModel.rightsFault(machine.cpu, rights, kind, user)] as const);
    const letters = faults.map(([kind, fault]) => (fault ? '-' : LETTERS[kind])).join('');
    return [
      `${(user ? 'user' : 'kernel').padEnd(6)}  ${letters}`,
      ...faults.flatMap(([kind, fault]) =>
        fault ? wrap([`  ${kind}: #PF(${hex(fault.error)})`, ...fault.detail.split(' ')], style, 6) : [],
      ),
    ];
  });
}

const LETTERS: Readonly<Record<Kind, string>> = { read: 'r', write: 'w', execute: 'x' };

function tlbLines(machine: Machine, style: Style, linear: bigint, walk: Walk): string[] {
  const entry = cpuModel.tlbEntryFor(machine.cpu, linear);
  const pcid = `PCID ${hex(currentPcid(machine.cpu))}`;
  if (!entry) return wrap(['TLB:', `nothing under ${pcid}`], style);
  const difference = staleText(entry, walk);
  const to = `${hex64(entry.linear)} -> ${hexPhysical(entry.physical)}`;
  const dirty = entry.dirty ? 'D' : '';
  const under = entry.global ? 'global' : pcid;
  return wrap(
    [
      'TLB:',
      to,
      rightsText(entry),
      dirty,
      sizeText(entry.size),
      under,
      difference ? style.keyword(`stale: ${difference}`) : '',
    ],
    style,
  );
}

const FRAMES_END = 1n << 32n;

/** How the tables differ from an entry by now; undefined: they agree. */
export function staleText(entry: TlbEntry, { page: now }: Walk): string | undefined {
  if (!now) return 'not mapped any more';
  const start = now.physical + (entry.linear - now.linear);
  // The modelled TLB has one frame for all that lies beyond 4 GiB, where there is no memory.
  const moved = start !== entry.physical && start < FRAMES_END;
  if (now.size < entry.size || moved) return `now ${hexPhysical(start)}`;
  const global = { ...now, global: entry.global };
  if (rightsText(global) !== rightsText(entry)) return `now ${rightsText(global)}`;
  return entry.dirty && !now.dirty ? 'D is clear by now' : undefined;
}

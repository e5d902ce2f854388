/**
 * Fusing: the shapes that fill most code become one record each. Every rule looks at the micro-ops from `i` on, and
 * answers how many it took; 0 leaves them to pack.ts.
 *
 *   probe h; store h                                  → STORE   (and PUSH, with the RSP update behind it)
 *   load t; add rsp, 8; mov r, t                      → POP
 *   load t; zext r, t                                 → LOAD that extends
 *   load t; op r, a, t     and     load t; cmp t, b   → op with a memory operand
 *   probe h; loadh t; op u, t, b; store h, u          → op on memory
 *
 * The subtle invariant: the temporary or handle in the middle is used nowhere else, so leaving it unwritten is safe.
 */
import * as L from '../engine/layout.ts';
import { GPR } from '../isa/insn.ts';
import { aluOpcode } from './pack.ts';
import { append, appendMemory, type Packing, setDestination, sourceSlot, widthIndex } from './pack-parts.ts';
import { registerSlot } from './slots.ts';
import { type Address, type BinaryKind, FLAGS, type Src, sources, type Tmp, type Uop } from './uop.ts';

type Binary = Extract<Uop, { op: BinaryKind }>;

/** The distance from an ALU opcode to its fused forms, by kind: the families stand in the same order. */
const FUSIBLE: readonly BinaryKind[] = ['add', 'sub', 'adc', 'sbb', 'and', 'or', 'xor'];
const TO_LOAD = L.OP_ADD_LOAD - L.OP_ADD;
const TO_MODIFY = L.OP_ADD_RMW - L.OP_ADD;

export function fuseAt(packing: Packing, uops: readonly Uop[], i: number): number {
  const first = uops[i]!;
  if (first.op === 'probe')
    return fusePush(packing, uops, i) || fuseModify(packing, uops, i) || fuseStore(packing, uops, i);
  if (first.op === 'load')
    return fusePop(packing, uops, i) || fuseExtendedLoad(packing, uops, i) || fuseOperand(packing, uops, i);
  return 0;
}

function fuseStore(packing: Packing, uops: readonly Uop[], i: number): number {
  const [probe, store] = [uops[i], uops[i + 1]];
  if (probe?.op !== 'probe' || store?.op !== 'store' || !onlyUse(uops, probe.handle.n, 2)) return 0;
  if (store.width !== probe.width || store.handle.n !== probe.handle.n) return 0;
  const record = appendMemory(packing, L.OP_STORE + widthIndex(store.width), store.width, probe.address);
  record.a = sourceSlot(record, store.src);
  return 2;
}

function fusePush(packing: Packing, uops: readonly Uop[], i: number): number {
  const [probe, store, sub] = [uops[i], uops[i + 1], uops[i + 2]];
  if (probe?.op !== 'probe' || store?.op !== 'store' || sub === undefined || !onlyUse(uops, probe.handle.n, 2))
    return 0;
  if (probe.width !== 8 || store.width !== 8 || store.handle.n !== probe.handle.n) return 0;
  if (!atRsp(probe.address, -8n) || !movesRsp(sub, 'sub')) return 0;
  const record = append(packing, L.OP_PUSH);
  record.a = sourceSlot(record, store.src);
  record.aux = L.AUX_STACK;
  return 3;
}

function fusePop(packing: Packing, uops: readonly Uop[], i: number): number {
  const [load, add, mov] = [uops[i], uops[i + 1], uops[i + 2]];
  if (load?.op !== 'load' || add === undefined || mov?.op !== 'mov') return 0;
  if (load.width !== 8 || mov.width !== 8 || mov.dst.space !== 'reg' || !sameTmp(mov.src, load.dst)) return 0;
  if (!atRsp(load.address, 0n) || !movesRsp(add, 'add') || uses(uops, mov.src) !== 1) return 0;
  const record = append(packing, L.OP_POP);
  record.dst = registerSlot(mov.dst.n);
  record.aux = L.AUX_STACK;
  return 3;
}

/** A load into a temporary, extended into a register as the next step. */
function fuseExtendedLoad(packing: Packing, uops: readonly Uop[], i: number): number {
  const [load, zext] = [uops[i], uops[i + 1]];
  if (load?.op !== 'load' || zext?.op !== 'zext' || zext.from !== load.width || zext.width === 2) return 0;
  if (!sameTmp(zext.src, load.dst) || uses(uops, zext.src) !== 1) return 0;
  const record = appendMemory(packing, L.OP_LOAD + widthIndex(load.width), load.width, load.address);
  setDestination(record, zext.dst);
  record.extend = 1;
  return 2;
}

function fuseOperand(packing: Packing, uops: readonly Uop[], i: number): number {
  const [load, alu] = [uops[i], uops[i + 1]];
  if (load?.op !== 'load' || load.dst.space !== 'tmp' || !fusible(alu) || alu.width !== load.width) return 0;
  if (uses(uops, load.dst) !== 1) return 0;
  const family = aluOpcode(alu.op);
  if (sameTmp(alu.b, load.dst)) {
    const record = appendMemory(packing, family + TO_LOAD + widthIndex(load.width), load.width, load.address);
    setDestination(record, alu.dst);
    record.a = sourceSlot(record, alu.a);
    return 2;
  }
  if (alu.dst !== undefined || (alu.op !== 'sub' && alu.op !== 'and')) return 0;
  const compare = alu.op === 'sub' ? L.OP_CMP_MEM : L.OP_TEST_MEM;
  const record = appendMemory(packing, compare + widthIndex(load.width), load.width, load.address);
  record.b = sourceSlot(record, alu.b);
  return 2;
}

function fuseModify(packing: Packing, uops: readonly Uop[], i: number): number {
  const [probe, loadh, alu, store] = [uops[i], uops[i + 1], uops[i + 2], uops[i + 3]];
  if (probe?.op !== 'probe' || loadh?.op !== 'loadh' || store?.op !== 'store' || !fusible(alu)) return 0;
  const { width, handle } = probe;
  if ([loadh, alu, store].some((uop) => uop.width !== width) || !onlyUse(uops, handle.n, 3)) return 0;
  if (!sameTmp(alu.a, loadh.dst) || alu.dst === undefined || !sameTmp(store.src, alu.dst)) return 0;
  if (uses(uops, alu.a) !== 1 || uses(uops, store.src) !== 1) return 0;
  const op = aluOpcode(alu.op) + TO_MODIFY + widthIndex(width);
  const record = appendMemory(packing, op, width, probe.address);
  record.b = sourceSlot(record, alu.b);
  return 4;
}

const fusible = (uop: Uop | undefined): uop is Binary =>
  uop !== undefined && (FUSIBLE as readonly string[]).includes(uop.op) && setsAll(uop as Binary);

const setsAll = ({ flags, set, clear }: Binary): boolean =>
  flags === FLAGS.all && set === undefined && clear === undefined;

const sameTmp = (a: Src, b: Src): a is Tmp => a.space === 'tmp' && b.space === 'tmp' && a.n === b.n;

function uses(uops: readonly Uop[], tmp: Tmp): number {
  let count = 0;
  for (const uop of uops) for (const src of sources(uop)) if (sameTmp(src, tmp)) count++;
  return count;
}

/** Whether the handle occurs in `count` micro-ops in all. */
function onlyUse(uops: readonly Uop[], handle: number, count: number): boolean {
  let found = 0;
  for (const uop of uops) if ('handle' in uop && uop.handle.n === handle) found++;
  return found === count;
}

/** [rsp + offset] on the stack. */
const atRsp = ({ segment, base, index, disp, addressWidth }: Address, offset: bigint): boolean =>
  segment === 'none' &&
  index === undefined &&
  addressWidth === 8 &&
  base?.space === 'reg' &&
  base.n === GPR.RSP &&
  disp === BigInt.asUintN(64, offset);

/** rsp = rsp ± 8 without flags. */
const movesRsp = (uop: Uop, op: 'add' | 'sub'): boolean =>
  uop.op === op &&
  uop.width === 8 &&
  uop.flags === 0 &&
  uop.dst?.space === 'reg' &&
  uop.dst.n === GPR.RSP &&
  uop.a.space === 'reg' &&
  uop.a.n === GPR.RSP &&
  uop.b.space === 'imm' &&
  uop.b.value === 8n;

/** Packing: the shapes that fuse, the ones that must not, end bits, costs, and the record's bytes. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseHexBytes } from '../../src/base/hex.ts';
import * as L from '../../src/engine/layout.ts';
import { MAX } from '../../src/isa/cpu-models.ts';
import { decode } from '../../src/isa/decode.ts';
import { RFLAGS } from '../../src/isa/insn.ts';
import { lower } from '../../src/uop/lower/lower.ts';
import { pack } from '../../src/uop/pack.ts';
import { type EngineRecord, emptyRecord, writeRecord } from '../../src/uop/record.ts';
import { OWN_IMM, registerSlot } from '../../src/uop/slots.ts';
import { FLAGS, type ShiftRules, type Uop } from '../../src/uop/uop.ts';
import { SAMPLES } from './samples.ts';

const test = suite('pack');
const IP = 0x1000n;

function records(hex: string, fuse = true): EngineRecord[] {
  const decoded = decode(parseHexBytes(hex)!, IP);
  assert.is(decoded.kind, 'insn');
  const lowered = decoded.kind === 'insn' ? lower(decoded.insn, MAX) : undefined;
  return lowered?.kind === 'uops' ? pack(lowered.uops, { ip: IP, cost: 9, fuse }) : [];
}

const opcodes = (hex: string, fuse = true): number[] => records(hex, fuse).map((record) => record.op);

test('common shapes become one record', () => {
  assert.equal(opcodes('50'), [L.OP_PUSH]);
  assert.equal(opcodes('5c'), [L.OP_POP]); // pop %rsp
  assert.equal(opcodes('488b06'), [L.OP_LOAD + 3]);
  assert.equal(opcodes('48894610'), [L.OP_STORE + 3]);
  assert.equal(opcodes('0fb603'), [L.OP_LOAD]); // movzbl
  assert.equal(opcodes('480303'), [L.OP_ADD_LOAD + 3]);
  assert.equal(opcodes('48833b05'), [L.OP_CMP_MEM + 3]);
  assert.equal(opcodes('480103'), [L.OP_ADD_RMW + 3]);
  assert.equal(opcodes('7405'), [L.OP_JCC + 4]);
  assert.equal(opcodes('90'), [L.OP_NOP]);
});

test('unfused, each micro-op has its own', () => {
  assert.equal(opcodes('50', false), [L.OP_PROBE, L.OP_STORE_HANDLE, L.OP_MINUS + 3]);
  assert.equal(opcodes('480103', false), [L.OP_PROBE, L.OP_LOAD_HANDLE, L.OP_ADD + 3, L.OP_STORE_HANDLE]);
});

test('a temporary that is used again is not fused away', () => {
  // xadd %rax, (%rbx): the old value goes into the register too.
  assert.ok(opcodes('480fc103').includes(L.OP_LOAD_HANDLE));
  const load: Uop = {
    op: 'load',
    width: 8,
    dst: { space: 'tmp', n: 0 },
    address: { segment: 'none', base: { space: 'reg', n: 3 }, scale: 1, disp: 0n, addressWidth: 8, stack: false },
  };
  const tmp = { space: 'tmp', n: 0 } as const;
  const add: Uop = { op: 'add', width: 8, dst: { space: 'reg', n: 0 }, a: tmp, b: tmp, flags: FLAGS.all };
  const packed = pack([load, add], { ip: IP, cost: 0, fuse: true });
  assert.equal(
    packed.map((record) => record.op),
    [L.OP_LOAD + 3, L.OP_ADD + 3],
  );
});

test('flags that an operation may not commit are saved and merged', () => {
  const dst = { space: 'reg', n: 0 } as const;
  const one = { space: 'imm', value: 1n } as const;
  const withFlags = (op: 'and' | 'add', flags: number): number[] =>
    pack([{ op, width: 8, dst, a: dst, b: one, flags }], { ip: IP, cost: 0, fuse: true }).map((record) => record.op);
  assert.equal(withFlags('and', FLAGS.all), [L.OP_AND + 3]);
  assert.equal(withFlags('and', 0), [L.OP_SAVE_FLAGS, L.OP_AND + 3, L.OP_MERGE_FLAGS]);
  assert.equal(withFlags('add', 0), [L.OP_PLUS + 3]);
});

test('shifts are told what becomes of the flags', () => {
  const dst = { space: 'reg', n: 0 } as const;
  const one = { space: 'imm', value: 1n } as const;
  const rules = (more: Partial<ShiftRules>): readonly number[] => {
    const [record, ...others] = pack([{ op: 'shl', width: 8, dst, a: dst, b: one, flags: FLAGS.all, ...more }], {
      ip: IP,
      cost: 0,
      fuse: true,
    });
    return [record!.op, record!.aux, ...others.map(({ op }) => op)];
  };
  const { AF } = RFLAGS;
  assert.equal(rules({}), [L.OP_SHL, FLAGS.all]);
  assert.equal(rules({ flags: 0 }), [L.OP_SHL, 0]);
  assert.equal(rules({ set: AF }), [L.OP_SHL, FLAGS.all | (AF << L.AUX_FORCED)]);
  assert.equal(rules({ clear: AF }), [L.OP_SHL, (FLAGS.all & ~AF) | (AF << L.AUX_FORCED)]);
  assert.equal(rules({ overflow: 'first' }), [L.OP_SHL, FLAGS.all | L.AUX_FIRST_STEP]);
});

test('every sample ends in exactly one end bit, which carries the cost', () => {
  for (const { bytes, text, model } of SAMPLES) {
    const decoded = decode(bytes, IP, model);
    const lowered = decoded.kind === 'insn' ? lower(decoded.insn, model) : undefined;
    if (lowered?.kind !== 'uops') continue;
    for (const fuse of [true, false]) {
      const packed = pack(lowered.uops, { ip: IP, cost: 9, fuse });
      const ends = packed.map((record) => record.end);
      assert.is(ends.lastIndexOf(1), packed.length - 1, text);
      assert.is(ends.indexOf(1), packed.length - 1, text);
      assert.is(
        packed.reduce((sum, record) => sum + record.cost, 0),
        9,
        text,
      );
    }
  }
});

test('jumps within the page may be chained, others not', () => {
  assert.is(records('eb10')[0]!.extend, 1);
  assert.is(records('e900100000')[0]!.extend, 0);
});

test('a record in memory: fields at their offsets, its own immediate resolved', () => {
  const buffer = new ArrayBuffer(256);
  const record = { ...emptyRecord(L.OP_ADD + 3), a: registerSlot(1), b: OWN_IMM, imm: 0x1122334455667788n };
  Object.assign(record, { dst: registerSlot(2), end: 1, cost: 7, scale: 3, aux: 5 });
  writeRecord({ u32: new Uint32Array(buffer), u64: new BigUint64Array(buffer) }, 64, record, 0xffffffff81000000n);
  const view = new DataView(buffer, 64);
  assert.is(view.getUint16(L.R_OP, true), L.OP_ADD + 3);
  assert.is(view.getUint8(L.R_WIDTH), 8);
  assert.is(view.getUint8(L.R_END), 1);
  assert.is(view.getUint8(L.R_SCALE), 3);
  assert.is(view.getUint16(L.R_COST, true), 7);
  assert.is(view.getUint32(L.R_DST, true), L.STATE + 16);
  assert.is(view.getUint32(L.R_A, true), L.STATE + 8);
  assert.is(view.getUint32(L.R_B, true), 64 + L.R_IMM);
  assert.is(view.getBigUint64(L.R_IMM, true), 0x1122334455667788n);
  assert.is(view.getUint32(L.R_AUX, true), 5);
  assert.is(view.getBigUint64(L.R_IP, true), 0xffffffff81000000n);
});

test.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseHexBytes } from '../../src/base/hex.ts';
import { decode } from '../../src/isa/decode.ts';
import { GPR, type Insn, RIP, SEGMENT } from '../../src/isa/insn.ts';

const test = suite('decode');

const IP = 0xffff_ffff_8100_0000n;

const decodeHex = (hex: string, vendor: 'intel' | 'amd' = 'intel') => decode(parseHexBytes(hex)!, IP, { vendor });

function insn(hex: string, vendor: 'intel' | 'amd' = 'intel'): Insn {
  const decoded = decodeHex(hex, vendor);
  if (decoded.kind !== 'insn') throw new Error(`${hex} is ${decoded.kind}`);
  return decoded.insn;
}

const rax = { kind: 'gpr', index: GPR.RAX, width: 8, high: false } as const;

test('a move to CR3', () => {
  const { ip, length, mnemonic, form, operands, operandSize, addressSize, lock, rep } = insn('0f22d8 90');
  assert.equal(
    { ip, length, mnemonic, form, operands, operandSize, addressSize, lock, rep },
    {
      ip: IP,
      length: 3,
      mnemonic: 'mov',
      form: 'Mov_cr_r64',
      operands: [{ kind: 'cr', index: 3 }, rax],
      operandSize: 8,
      addressSize: 8,
      lock: false,
      rep: 'none',
    },
  );
});

test('operands: per-CPU RIP-relative, SIB, absolute, AH', () => {
  assert.equal(insn('65488b1506000000').operands[1], {
    kind: 'mem',
    width: 8,
    segment: SEGMENT.GS,
    override: true,
    base: RIP,
    index: -1,
    scale: 1,
    disp: IP + 8n + 6n,
    dispSize: 8,
  });
  assert.equal(insn('8b44b5f0').operands[1], {
    kind: 'mem',
    width: 4,
    segment: SEGMENT.SS,
    override: false,
    base: GPR.RBP,
    index: GPR.RSI,
    scale: 4,
    disp: 0xffff_ffff_ffff_fff0n,
    dispSize: 1,
  });
  const moffs = insn('48a18877665544332211').operands[1];
  assert.ok(moffs?.kind === 'mem' && moffs.base === -1 && moffs.disp === 0x1122334455667788n);
  assert.equal(insn('88e0').operands[1], { kind: 'gpr', index: 0, width: 1, high: true });
  assert.equal(insn('4088e0').operands[1], { kind: 'gpr', index: GPR.RSP, width: 1, high: false });
});

test('immediates are extended to the width of the operand', () => {
  assert.equal(insn('4883c0ff').operands[1], { kind: 'imm', value: 0xffff_ffff_ffff_ffffn, width: 8 });
  assert.equal(insn('83c0ff').operands[1], { kind: 'imm', value: 0xffff_ffffn, width: 4 });
  assert.equal(insn('6683c0ff').operands[1], { kind: 'imm', value: 0xffffn, width: 2 });
  assert.equal(insn('6aff').operands[0], { kind: 'imm', value: 0xffff_ffff_ffff_ffffn, width: 8 });
});

test('branches: target and condition', () => {
  assert.equal(insn('72fe').operands, [{ kind: 'target', address: IP }]);
  assert.is(insn('72fe').condition, 2);
  assert.is(insn('480f4fc1').condition, 15);
  assert.is(insn('0f94c0').condition, 4);
  assert.is(insn('e1fe').condition, undefined);
});

test('sizes and prefixes', () => {
  assert.is(insn('50').operandSize, 8);
  assert.is(insn('6650').operandSize, 2);
  assert.is(insn('67e300').addressSize, 4);
  assert.is(insn('67e300').mnemonic, 'jecxz');
  assert.is(insn('f3a4').rep, 'rep');
  assert.is(insn('f2ae').rep, 'repne');
  assert.is(insn('f30fb8c0').rep, 'none');
  assert.ok(insn('f00108').lock);
});

test('no instruction: undefined, LOCK where it is not allowed, too long, cut off', () => {
  assert.equal(decodeHex('0f04 0000000000000000000000000000'), { kind: 'invalid', length: 2 });
  assert.is(decodeHex('f001c8').kind, 'invalid');
  assert.is(decodeHex(`${'66'.repeat(14)}0f05`).kind, 'too-long');
  // As Zen 4 has it: an undefined opcode that ends at the fifteenth byte, and at the sixteenth.
  for (const prefix of ['66', '2e']) {
    assert.is(decodeHex(`${prefix.repeat(13)}0f04`).kind, 'invalid');
    assert.is(decodeHex(`${prefix.repeat(14)}0f04`).kind, 'too-long');
  }
  assert.is(decodeHex(`${'66'.repeat(13)}fff8`).kind, 'invalid');
  assert.is(decodeHex(`${'f0'.repeat(14)}90`).kind, 'invalid');
  assert.is(decodeHex('66'.repeat(20)).kind, 'too-long');
  assert.is(decodeHex(`${'66'.repeat(14)}90`).kind, 'insn');
  assert.is(decodeHex('48').kind, 'truncated');
  assert.is(decodeHex('e80000').kind, 'truncated');
  assert.is(decodeHex('').kind, 'truncated');
});

test('the vendors differ where they do', () => {
  assert.is(insn('66e800000000').length, 6);
  assert.is(insn('66e800000000', 'amd').length, 4);
  assert.is(decodeHex('f00f20c0').kind, 'invalid');
  assert.equal(insn('f00f20c0', 'amd').operands[1], { kind: 'cr', index: 8 });
});

test('the instruction keeps its own bytes', () => {
  const bytes = Uint8Array.of(0x48, 0x89, 0xc3, 0x90);
  const decoded = decode(bytes, IP);
  bytes.fill(0);
  assert.equal(decoded.kind === 'insn' && [...decoded.insn.bytes], [0x48, 0x89, 0xc3]);
});

test('a branch of Intel cut short lacks bytes, though with a 66 prefix it would be whole on an AMD', () => {
  for (const hex of ['660f860b00', 'f2660f860b00', '66e80000', '66e90000']) {
    assert.is(decodeHex(hex).kind, 'truncated', hex);
    assert.is(decodeHex(hex, 'amd').kind, 'insn', hex);
  }
});

test.run();

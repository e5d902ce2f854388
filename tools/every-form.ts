/**
 * Every form of 64-bit mode that iced-x86 knows, the vector ones included, with bytes made by iced's own encoder: with registers
 * and, where the form takes it, with memory. What a decoder option would have to turn on (MPX, KNC, …) is not among them, since
 * `decode` turns nothing on. A form that the encoder or the decoder does not give back is an error here, so the list is whole.
 */
import {
  Code,
  CodeExt,
  CpuidFeature,
  DecoderOptions,
  Encoder,
  EncodingKind,
  Instruction,
  type OpCodeInfo,
  OpCodeOperandKind,
  OpKind,
  Register,
} from 'iced-x86';
import type { CpuModel } from '../src/isa/cpu-model.ts';
import { MAX, ZEN4 } from '../src/isa/cpu-models.ts';
import { decode } from '../src/isa/decode.ts';
import type { Insn } from '../src/isa/insn.ts';

export interface EveryForm {
  /** iced's Code name. */
  readonly name: string;
  /** The CPUID features it needs, by iced's names: `BMI1`, `AVX512VL` … */
  readonly features: readonly string[];
  readonly encoding: 'Legacy' | 'VEX' | 'EVEX' | 'XOP' | 'D3NOW';
  /** It needs CPL 0, always or by IOPL, CR4 or an MSR. */
  readonly privileged: boolean;
  /** The model to decode and lower it for: one with everything, or AMD's where no other decodes it so. */
  readonly model: CpuModel;
  readonly samples: readonly Insn[];
}

/** Where the samples stand. */
const IP = 0x1000n;

export function everyForm(): EveryForm[] {
  const forms: EveryForm[] = [];
  for (let code: Code = 0; Code[code] !== undefined; code++) {
    const info = CodeExt.opCode(code);
    if (isOneInstruction(info)) forms.push(describe(code, info));
    info.free();
  }
  return forms;
}

/** Decodable in 64-bit mode; not two at once, as FSTCW is, FWAIT and FNSTCW. */
const isOneInstruction = (info: OpCodeInfo): boolean =>
  info.mode64 &&
  info.isInstruction &&
  info.decoderOption === DecoderOptions.None &&
  !info.fwait &&
  info.code !== UNDECODED;

/** VIA's MONTMUL: iced decodes it with 32-bit addresses alone. */
const UNDECODED = Code.Montmul_64;

function describe(code: Code, info: OpCodeInfo): EveryForm {
  const name = Code[code]!;
  const model = info.intelDecoder64 ? MAX : ZEN4;
  const scratch = new Instruction();
  scratch.code = code;
  const features = Array.from(scratch.cpuidFeatures(), (feature) => CpuidFeature[feature]!);
  scratch.free();
  const samples = [false, true].flatMap((memory) => {
    if (memory && (!orMemory(info) || PREFETCH.test(name))) return [];
    const decoded = decode(encode(code, info, memory), IP, model);
    if (decoded.kind !== 'insn' || decoded.insn.form !== name) {
      throw new Error(`${name} is decoded as ${decoded.kind === 'insn' ? decoded.insn.form : decoded.kind}`);
    }
    return [decoded.insn];
  });
  return {
    name,
    features,
    encoding: EncodingKind[info.encoding] as EveryForm['encoding'],
    privileged: info.isPrivileged || info.mustBeCpl0 || info.mayRequireCpl0 || info.isInputOutput,
    model,
    samples,
  };
}

/** These reserved NOPs are prefetches with memory. */
const PREFETCH = /^Reservednop_.*_0F(0D|18)$/;

const kindsOf = (info: OpCodeInfo): string[] =>
  Array.from({ length: info.opCount }, (_, i) => OpCodeOperandKind[info.opKind(i)]!);

/** Whether an operand is a register or memory. */
const orMemory = (info: OpCodeInfo): boolean => kindsOf(info).some((kind) => kind.includes('_or_mem'));

function encode(code: Code, info: OpCodeInfo, memory: boolean): Uint8Array {
  const insn = new Instruction();
  insn.code = code;
  const kinds = kindsOf(info);
  const addressRegister = kinds.includes('r32_reg_mem') || info.addressSize === 32 ? Register.EBX : Register.RBX;
  kinds.forEach((kind, i) => {
    setOperand(insn, i, kind, memory, addressRegister);
  });
  if (info.requireOpMaskRegister) insn.opMask = Register.K1;
  const encoder = new Encoder(64);
  try {
    encoder.encode(insn, IP);
    return encoder.takeBuffer();
  } catch (error) {
    throw new Error(`${Code[code]} with ${kinds.join(', ')}: ${String(error)}`);
  } finally {
    encoder.free();
    insn.free();
  }
}

/** First register of each class by the operand kind's prefix; operand i takes number i + 1, so that no two are the same. */
const CLASSES: Readonly<Record<string, Register>> = {
  r8: Register.AL,
  r16: Register.AX,
  r32: Register.EAX,
  r64: Register.RAX,
  mm: Register.MM0,
  xmm: Register.XMM0,
  ymm: Register.YMM0,
  zmm: Register.ZMM0,
  xmmp3: Register.XMM0,
  zmmp3: Register.ZMM0,
  k: Register.K0,
  kp1: Register.K0,
  tmm: Register.TMM0,
  sti: Register.ST0,
};

const FIXED: Readonly<Record<string, Register>> = {
  al: Register.AL,
  cl: Register.CL,
  ax: Register.AX,
  dx: Register.DX,
  eax: Register.EAX,
  rax: Register.RAX,
  fs: Register.FS,
  gs: Register.GS,
  st0: Register.ST0,
  seg_reg: Register.DS,
  cr_reg: Register.CR2,
  dr_reg: Register.DR2,
};

const IMMEDIATES: Readonly<Record<string, OpKind>> = {
  imm4_m2z: OpKind.Immediate8,
  imm8: OpKind.Immediate8,
  imm8_const_1: OpKind.Immediate8,
  imm8sex16: OpKind.Immediate8to16,
  imm8sex32: OpKind.Immediate8to32,
  imm8sex64: OpKind.Immediate8to64,
  imm16: OpKind.Immediate16,
  imm32: OpKind.Immediate32,
  imm32sex64: OpKind.Immediate32to64,
  imm64: OpKind.Immediate64,
};

const BRANCHES: Readonly<Record<string, OpKind>> = {
  br16_1: OpKind.NearBranch16,
  br16_2: OpKind.NearBranch16,
  br64_1: OpKind.NearBranch64,
  br64_4: OpKind.NearBranch64,
  xbegin_2: OpKind.NearBranch64,
  xbegin_4: OpKind.NearBranch64,
};

const STRINGS: Readonly<Record<string, OpKind>> = {
  es_rDI: OpKind.MemoryESRDI,
  seg_rSI: OpKind.MemorySegRSI,
  seg_rDI: OpKind.MemorySegRDI,
};

function setOperand(insn: Instruction, i: number, kind: string, memory: boolean, addressRegister: Register): void {
  const prefix = /^[a-z]+[0-9]*(?=_)/.exec(kind)?.[0] ?? kind;
  const fixed = FIXED[kind];
  if (fixed !== undefined) return setRegister(insn, i, fixed);
  if (IMMEDIATES[kind] !== undefined) {
    // ENTER's and EXTRQ's second immediate has a field of its own.
    const second = i > 0 && (insn.opKind(i - 1) === OpKind.Immediate8 || insn.opKind(i - 1) === OpKind.Immediate16);
    insn.setOpKind(i, second ? OpKind.Immediate8_2nd : IMMEDIATES[kind]);
    return insn.setImmediateI32(i, 1);
  }
  if (BRANCHES[kind] !== undefined) {
    insn.setOpKind(i, BRANCHES[kind]);
    insn.nearBranch64 = IP + 0x10n;
    return;
  }
  if (STRINGS[kind] !== undefined) return insn.setOpKind(i, STRINGS[kind]);
  if (kind === 'seg_rBX_al') return setMemory(insn, i, Register.RBX, Register.AL);
  if (kind === 'mem_offs') return setMemory(insn, i, Register.None, Register.None);
  if (kind.startsWith('mem_vsib')) {
    const [first] = { x: [Register.XMM0], y: [Register.YMM0], z: [Register.ZMM0] }[kind.slice(-1) as 'x' | 'y' | 'z'];
    return setMemory(insn, i, Register.RBX, first! + 6);
  }
  if (kind.startsWith('mem') || kind === 'sibmem' || (memory && kind.includes('_or_mem'))) {
    return setMemory(insn, i, addressRegister, Register.None);
  }
  const first = CLASSES[prefix];
  if (first === undefined) throw new Error(`operand kind ${kind}`);
  setRegister(insn, i, first + i + 1);
}

function setRegister(insn: Instruction, i: number, register: Register): void {
  insn.setOpKind(i, OpKind.Register);
  insn.setOpRegister(i, register);
}

function setMemory(insn: Instruction, i: number, base: Register, index: Register): void {
  insn.setOpKind(i, OpKind.Memory);
  insn.memoryBase = base;
  insn.memoryIndex = index;
  insn.memoryIndexScale = 1;
  insn.memoryDisplacement = base === Register.None ? 0x1122334455667788n : 0n;
  insn.memoryDisplSize = base === Register.None ? 8 : 0;
}

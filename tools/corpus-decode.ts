/** Whether iced-x86 reads bytes as the instruction that a line writes. */
import { Code, Decoder, DecoderOptions, Instruction, type Mnemonic } from 'iced-x86';
import { findCandidates } from '../src/assemble/select.ts';
import type { Bits } from '../src/isa/forms.ts';

const CODES: Readonly<Record<string, unknown>> = Code;

/** iced's mnemonic of a form; MOV and XCHG that clear or move nothing are NOPs to it. */
function mnemonicOf(form: string): Mnemonic | undefined {
  const code = CODES[form];
  if (typeof code !== 'number') return undefined;
  const instruction = new Instruction();
  instruction.code = code;
  const { mnemonic } = instruction;
  instruction.free();
  return mnemonic;
}

const WAIT = 0x9b;

/** What stands before the mnemonic. */
const BEFORE =
  /^(?:(?:lock|repn?[ez]?|data(?:16|32)|addr(?:16|32)|[cdefgs]s|xacquire|xrelease|bnd|notrack|rex[.\w]*|\{\w+\}) )*/;

export function decodesAs(line: string, bytes: string, bits: Bits): boolean {
  const [mnemonic = ''] = line.replace(BEFORE, '').split(/[ ,]/);
  const data = Buffer.from(bytes.split(' ')[0]!, 'hex');
  const candidates = findCandidates(mnemonic);
  // FWAIT in front is an instruction of its own to iced: FSTCW is FWAIT and FNSTCW.
  const waits = data[0] === WAIT && data.length > 1;
  const read = decode(waits ? data.subarray(1) : data, bits, mnemonic === 'callw' ? DecoderOptions.AMD : 0);
  if (!read.isWhole) return false;
  if (waits) return candidates.length > 0;
  if (data.at(-1) === 0x90 && data.length <= 2) return /^(nop|xchg|pause)/.test(mnemonic);
  return candidates.some(({ form }) => mnemonicOf(form.name) === read.mnemonic);
}

/** On Intel's CPUs a near branch in 64-bit code has 32 bits whatever its prefix; GNU as goes by AMD's. */
function decode(
  data: Uint8Array,
  bits: Bits,
  more: number,
): { readonly mnemonic: Mnemonic; readonly isWhole: boolean } {
  const decoder = new Decoder(bits, data, DecoderOptions.MPX | DecoderOptions.NoInvalidCheck | more);
  const instruction = new Instruction();
  decoder.decodeOut(instruction);
  const read = { mnemonic: instruction.mnemonic, isWhole: instruction.length === data.length };
  instruction.free();
  decoder.free();
  return read;
}

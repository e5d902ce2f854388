/**
 * Insn to micro-ops: one table from mnemonic to lowering function, behind that of the features (gates.ts). A mnemonic that isn't here, and a form that its function
 * refuses, is reported as not modelled; nothing is approximated. What each micro-op does stands in uop.ts.
 */
import type { CpuModel } from '../../isa/cpu-model.ts';
import { type Insn, RFLAGS } from '../../isa/insn.ts';
import { FLAGS, type Lowered } from '../uop.ts';
import * as arithmetic from './arithmetic.ts';
import * as bits from './bits.ts';
import * as bmi from './bmi.ts';
import { segmented } from './compatibility.ts';
import * as control from './control.ts';
import * as data from './data.ts';
import * as decimal from './decimal.ts';
import { type Lowering, newDraft } from './draft.ts';
import * as flags from './flags.ts';
import { meaning } from './gates.ts';
import * as lines from './lines.ts';
import { countFlags, scanFlags } from './residue.ts';
import * as segment from './segment.ts';
import * as shift from './shift.ts';
import * as stack from './stack.ts';
import * as string from './string.ts';
import * as system from './system.ts';
import * as wait from './wait.ts';

/** The micro-ops of an instruction on a model of CPU. RIP moves on by itself to the next one unless the last micro-op says otherwise. */
export function lower(insn: Insn, model: CpuModel): Lowered {
  const mnemonic = meaning(insn, model);
  if (mnemonic === undefined) return UNDEFINED;
  const lowering = LOWERINGS.get(mnemonic);
  const draft = newDraft(model, insn);
  if (lowering !== undefined) lowering(insn, draft);
  if (lowering === undefined || !draft.modelled) return { kind: 'not-modelled', form: insn.form };
  return { kind: 'uops', uops: insn.mode === 64 ? draft.uops : segmented(draft) };
}

/** As CMPccXADD spells them. */
const XADD_CONDITIONS = [
  'o',
  'no',
  'b',
  'nb',
  'z',
  'nz',
  'be',
  'nbe',
  's',
  'ns',
  'p',
  'np',
  'l',
  'nl',
  'le',
  'nle',
] as const;

/** The condition suffixes in the order of their encoding, as the decoder names them. */
const CONDITIONS = ['o', 'no', 'b', 'ae', 'e', 'ne', 'be', 'a', 's', 'ns', 'p', 'np', 'l', 'ge', 'le', 'g'] as const;

const conditional = (prefix: string, lowering: Lowering): [string, Lowering][] =>
  CONDITIONS.map((suffix) => [prefix + suffix, lowering]);

const each = (mnemonics: string, lowering: Lowering): [string, Lowering][] =>
  mnemonics.split(' ').map((mnemonic) => [mnemonic, lowering]);

const { CF, DF } = RFLAGS;

/** #UD. */
const UNDEFINED: Lowered = { kind: 'uops', uops: [{ op: 'fault', vector: 6 }] };

const LOWERINGS: ReadonlyMap<string, Lowering> = new Map<string, Lowering>([
  // Data movement
  ...each('mov movnti movdiri', data.mov),
  ['movzx', data.movzx],
  ...each('movsx movsxd', data.movsx),
  ['lea', data.lea],
  ['xchg', data.xchg],
  ['bswap', data.bswap],
  ['movbe', data.movbe],
  ['movdir64b', lines.movdir64b],
  ['clzero', lines.clzero],
  ['xlatb', data.xlat],
  ['cbw', data.widenAccumulator(2)],
  ['cwde', data.widenAccumulator(4)],
  ['cdqe', data.widenAccumulator(8)],
  ['cwd', data.signIntoRdx(2)],
  ['cdq', data.signIntoRdx(4)],
  ['cqo', data.signIntoRdx(8)],
  ...conditional('cmov', data.cmov),
  ...conditional('set', data.setcc),
  ...each('nop reservednop endbr64 endbr32 rdsspd rdsspq pause cldemote prefetchit0 prefetchit1', data.nothing),
  ...each('prefetchnta prefetcht0 prefetcht1 prefetcht2 prefetchw prefetchwt1 prefetch', data.nothing),
  ...each('prefetchreserved3 prefetchreserved4 prefetchreserved5 prefetchreserved6 prefetchreserved7', data.nothing),
  // Arithmetic and logic
  ['add', arithmetic.binary('add', FLAGS.all)],
  ['adc', arithmetic.binary('adc', FLAGS.all)],
  ['sub', arithmetic.binary('sub', FLAGS.all)],
  ['sbb', arithmetic.binary('sbb', FLAGS.all)],
  ['and', arithmetic.binary('and', FLAGS.all)],
  ['or', arithmetic.binary('or', FLAGS.all)],
  ['xor', arithmetic.binary('xor', FLAGS.all)],
  ['cmp', arithmetic.compare('sub')],
  ['test', arithmetic.compare('and')],
  ['not', arithmetic.unary('not', 0)],
  ['neg', arithmetic.unary('neg', FLAGS.all)],
  ['inc', arithmetic.unary('inc', FLAGS.incdec)],
  ['dec', arithmetic.unary('dec', FLAGS.incdec)],
  ['mul', arithmetic.multiply('mulu')],
  ['imul', arithmetic.imul],
  ['div', arithmetic.divide('divu')],
  ['idiv', arithmetic.divide('divs')],
  ['xadd', arithmetic.xadd],
  ['cmpxchg', arithmetic.cmpxchg],
  ['cmpxchg8b', arithmetic.cmpxchg8b],
  ['cmpxchg16b', arithmetic.cmpxchg16b],
  ['aadd', arithmetic.remote('add')],
  ['aand', arithmetic.remote('and')],
  ['aor', arithmetic.remote('or')],
  ['axor', arithmetic.remote('xor')],
  ...XADD_CONDITIONS.map((suffix, n): [string, Lowering] => [`cmp${suffix}xadd`, arithmetic.cmpccxadd(n)]),
  ['aaa', decimal.adjust('aaa')],
  ['aas', decimal.adjust('aas')],
  ['daa', decimal.adjust('daa')],
  ['das', decimal.adjust('das')],
  ['aam', decimal.aam],
  ['aad', decimal.aad],
  ['salc', decimal.salc],
  // Shifts and bits
  ...each('shl sal', shift.shift('shl')),
  ['shr', shift.shift('shr')],
  ['sar', shift.shift('sar')],
  ['rol', shift.rotate('rol')],
  ['ror', shift.rotate('ror')],
  ['rcl', shift.rotate('rcl')],
  ['rcr', shift.rotate('rcr')],
  ['shld', shift.doubleShift('shld')],
  ['shrd', shift.doubleShift('shrd')],
  ['bt', bits.bitTest('bt')],
  ['bts', bits.bitTest('bts')],
  ['btr', bits.bitTest('btr')],
  ['btc', bits.bitTest('btc')],
  ['bsf', bits.scan('bsf', scanFlags)],
  ['bsr', bits.scan('bsr', scanFlags)],
  ['popcnt', bits.scan('popcnt', () => ({ flags: FLAGS.all }))],
  ['tzcnt', bits.scan('tzcnt', countFlags)],
  ['lzcnt', bits.scan('lzcnt', countFlags)],
  ['crc32', bits.crc32],
  ['andn', bmi.andn],
  ['bextr', bmi.extract('bextr')],
  ['pdep', bmi.extract('pdep')],
  ['pext', bmi.extract('pext')],
  ['blcfill', bmi.trailing('and', 'add', 'none')],
  ['blci', bmi.trailing('or', 'add', 'stepped')],
  ['blcic', bmi.trailing('and', 'add', 'source')],
  ['blcmsk', bmi.trailing('xor', 'add', 'none')],
  ['blcs', bmi.trailing('or', 'add', 'none')],
  ['blsfill', bmi.trailing('or', 'sub', 'none')],
  ['blsic', bmi.trailing('or', 'sub', 'source')],
  ['t1mskc', bmi.trailing('or', 'add', 'source')],
  ['tzmsk', bmi.trailing('and', 'sub', 'source')],
  ['blsr', bmi.withPredecessor('and')],
  ['blsmsk', bmi.withPredecessor('xor')],
  ['blsi', bmi.blsi],
  ['bzhi', bmi.bzhi],
  ['rorx', bmi.shiftWithoutFlags('ror')],
  ['sarx', bmi.shiftWithoutFlags('sar')],
  ['shlx', bmi.shiftWithoutFlags('shl')],
  ['shrx', bmi.shiftWithoutFlags('shr')],
  ['mulx', bmi.mulx],
  ['adcx', bmi.adcx],
  ['adox', bmi.adox],
  // Stack
  ['push', stack.push],
  ['pop', stack.pop],
  ...each('pusha pushad', stack.pusha),
  ...each('popa popad', stack.popa),
  ...each('pushf pushfd pushfq', stack.pushf),
  ...each('popf popfd popfq', stack.popf),
  ['enter', stack.enter],
  ['leave', stack.leave],
  // Control
  ['jmp', segment.farOr('jmp', control.jmp)],
  ...conditional('j', control.jcc),
  ['call', segment.farOr('call', control.call)],
  ['retf', segment.retf],
  ['ret', control.ret],
  ...each('jrcxz jecxz jcxz', control.jumpIfZero),
  ['loop', control.loop()],
  ['loope', control.loop(4)],
  ['loopne', control.loop(5)],
  ...each('ud0 ud1 ud2', control.undefinedOpcode),
  ['int3', control.int3],
  ['int1', control.int1],
  ['int', control.int],
  ['into', control.into],
  ['bound', control.bound],
  // Segments and descriptor tables
  ['lds', segment.lds],
  ['les', segment.les],
  ['lss', segment.lss],
  ['lfs', segment.lfs],
  ['lgs', segment.lgs],
  ['lgdt', segment.loadTable('gdt')],
  ['lidt', segment.loadTable('idt')],
  ['sgdt', segment.storeTable('gdt')],
  ['sidt', segment.storeTable('idt')],
  ['lldt', segment.loadSystemSelector('ldtr')],
  ['ltr', segment.loadSystemSelector('tr')],
  ['sldt', segment.storeSystemSelector('ldtr')],
  ['str', segment.storeSystemSelector('tr')],
  ['lar', segment.inspectInto('lar')],
  ['lsl', segment.inspectInto('lsl')],
  ['verr', segment.verify('verr')],
  ['verw', segment.verify('verw')],
  ['arpl', segment.arpl],
  // Flags
  ['clc', flags.assign(CF, 0)],
  ['stc', flags.assign(CF, 1)],
  ['cld', flags.assign(DF, 0)],
  ['std', flags.assign(DF, 1)],
  ['cmc', flags.cmc],
  ['lahf', flags.lahf],
  ['sahf', flags.sahf],
  // Strings
  ...each('movsb movsw movsq', string.movs),
  ...each('stosb stosw stosd stosq', string.stos),
  ...each('lodsb lodsw lodsd lodsq', string.lods),
  ...each('cmpsb cmpsw cmpsq', string.cmps),
  ...each('scasb scasw scasd scasq', string.scas),
  ...each('insb insw insd', string.ins),
  ...each('outsb outsw outsd', string.outs),
  ['movsd', string.ifString(string.movs)],
  ['cmpsd', string.ifString(string.cmps)],
  // System
  ['swapgs', system.privileged({ op: 'swapgs' })],
  ['hlt', system.privileged({ op: 'hlt' })],
  ...each('wbinvd invd wbnoinvd', system.privileged({ op: 'fence', kind: 'wbinvd' })),
  ['cli', system.single({ op: 'cli' })],
  ['sti', system.single({ op: 'sti' })],
  ['clac', system.single({ op: 'clac' })],
  ['stac', system.single({ op: 'stac' })],
  ['cpuid', system.single({ op: 'cpuid' })],
  ['lfence', system.single({ op: 'fence', kind: 'lfence' })],
  ['sfence', system.single({ op: 'fence', kind: 'sfence' })],
  ['mfence', system.single({ op: 'fence', kind: 'mfence' })],
  ['serialize', system.single({ op: 'fence', kind: 'serialize' })],
  ['clts', system.clts],
  ['smsw', system.smsw],
  ['lmsw', system.lmsw],
  ['xgetbv', system.xgetbv],
  ['xsetbv', system.xsetbv],
  ['rdpkru', system.rdpkru],
  ['wrpkru', system.wrpkru],
  ['rdpmc', system.rdpmc],
  ['rdpru', system.rdpru],
  ...each('rdrand rdseed', system.random),
  ['ptwrite', system.ptwrite],
  ['wait', system.single({ op: 'wait' })],
  ['monitor', wait.monitor],
  ['mwait', wait.mwait],
  ['monitorx', wait.monitorx],
  ['mwaitx', wait.mwaitx],
  ['umonitor', wait.umonitor],
  ...each('umwait tpause', wait.userWait),
  ...each('iret iretd iretq', segment.switchLevel('iret')),
  ['syscall', segment.syscall],
  ...each('sysret sysretq', segment.switchLevel('sysret')),
  ['sysenter', segment.switchLevel('sysenter')],
  ...each('sysexit sysexitq', segment.sysexit),
  ['rdmsr', system.rdmsr],
  ...each('wrmsr wrmsrns', system.wrmsr),
  ['rdtsc', system.rdtsc],
  ['rdtscp', system.rdtscp],
  ['rdpid', system.rdpid],
  ['rdfsbase', system.readBase('fs')],
  ['rdgsbase', system.readBase('gs')],
  ['wrfsbase', system.writeBase('fs')],
  ['wrgsbase', system.writeBase('gs')],
  ['invlpg', system.invlpg],
  ['invpcid', system.invpcid],
  ...each('clflush clflushopt clwb', system.clflush),
  ['in', system.input],
  ['out', system.output],
]);

/** Names of the kernel's variables and symbols, places, writes, and what an expression depends on. */
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { dependencies } from '../../src/debug/dependencies.ts';
import { evaluate, lvalueRange, type Scope, typeOfExpression } from '../../src/debug/evaluate.ts';
import { type Node, parseDebugExpression } from '../../src/debug/expression.ts';
import { writeRegister } from '../../src/debug/registers.ts';
import { kernelCr3, userCr3 } from '../../src/machine/linux.ts';
import { percpuBytes } from '../../src/machine/machine.ts';
import { percpuField } from '../../src/machine/percpu.ts';
import { print, scopeOf } from './kernel.ts';

const test = suite('debug: evaluate');

function parsed(text: string): Node {
  const result = parseDebugExpression(text);
  if (!result.ok) throw new Error(result.message);
  return result.value;
}

test('symbols: data of an integer’s size is its value, others their address', () => {
  const scope = scopeOf();
  assert.is(print(scope, '/x datum'), '0xffffffff82000004');
  assert.is(print(scope, 'half'), '65534');
  assert.is(print(scope, '&half'), '(u16 *) 0xffffffff82000008 <half>');
  assert.is(print(scope, 'table'), '{<data variable, no debug info>} 0xffffffff8200000a <table>');
  assert.is(print(scope, '&table'), '(<data variable, no debug info> *) 0xffffffff8200000a <table>');
  assert.is(print(scope, '/x table+4'), '0xffffffff8200000e');
  assert.is(print(scope, '*(long*)&table@3'), '{1, 2, 3}');
  assert.is(print(scope, 'f'), '{<text variable, no debug info>} 0xffffffff81000000 <f>');
  assert.is(print(scope, '/x f'), '0xffffffff81000000');
  assert.is(print(scope, '/x constant'), '0x1234');
  assert.is(print(scope, '*datum'), '-1');
  assert.is(print(scope, 'nosuch'), 'No symbol "nosuch" in current context.');
  assert.is(print(scope, '1 || nosuch'), 'No symbol "nosuch" in current context.');
  assert.is(print(scope, 'nosuch(1)'), 'No symbol "nosuch" in current context.');
});

test('per-CPU variables by name, whatever page tables are loaded', () => {
  const scope = scopeOf();
  const { machine } = scope;
  const { offset, size } = percpuField(machine.percpu, 'user_pcid_flush_mask')!;
  assert.is(print(scope, 'user_pcid_flush_mask = 6'), '6');
  assert.equal([...percpuBytes(machine, offset, size)], [6, 0]);
  assert.match(print(scope, '&user_pcid_flush_mask'), /^\(u16 \*\) 0xffff8880\w+ <cpu_tlbstate\+22>$/);
  assert.is(print(scope, '*&user_pcid_flush_mask'), '6');
  assert.is(writeRegister(machine, 'cr3', userCr3(machine.space, 1)), undefined);
  assert.is(print(scope, 'user_pcid_flush_mask'), '6');
  assert.is(print(scope, 'user_pcid_flush_mask |= 1'), '7');
  assert.match(print(scope, '*&user_pcid_flush_mask'), /^Cannot access memory at address 0xffff8880/);
  assert.match(print(scope, 'datum'), /^Cannot access memory at address 0xffffffff82000000$/);
  assert.match(print(scope, 'datum = 1'), /^Cannot access memory at address 0xffffffff82000000$/);
});

test('functions of scenario headers', () => {
  const scope = scopeOf();
  const { space } = scope.machine;
  assert.is(print(scope, '/x kernel_cr3(2)'), `0x${kernelCr3(space, 2).toString(16)}`);
  assert.is(print(scope, '$cr3 == kernel_cr3(1)'), '1');
  assert.is(print(scope, '/x user_cr3(1)'), `0x${userCr3(space, 1).toString(16)}`);
  assert.is(print(scope, 'flush_bit(1)'), '4');
  assert.is(print(scope, 'flush_pending(1)'), '0');
  assert.is(print(scope, 'u16(&half)'), '65534');
  assert.is(print(scope, 'u64(0)'), 'Cannot access memory at address 0x0');
  assert.equal(typeOfExpression(parsed('u64($rsp) + 1'), scope), { ok: true, value: 'unsigned long' });
  assert.is(print(scope, 'u8(1, 2)'), 'No symbol "u8" in current context.');
  assert.is(print(scope, '(u8)half + (u16)1'), '255');
  const own: Scope = { ...scope, call: (name, args) => (name === 'twice' ? args[0]! * 2n : undefined) };
  assert.is(print(own, 'twice(21)'), '42');
});

test('writes are announced once, and only where something is written', () => {
  let announced = 0;
  const scope = scopeOf(undefined, {}, { onWrite: () => void announced++ });
  for (const text of ['$foo = 5', '$foo++', 'datum', '&datum', '*(int*)0', 'sizeof(datum = 5)', '$rax == 1'])
    print(scope, text);
  assert.is(announced, 0);
  assert.is(print(scope, '$rax = $rbx = 7'), '7');
  assert.is(announced, 1);
  assert.is(print(scope, 'half = 1'), '1');
  assert.is(announced, 2);
  assert.is(print(scope, 'f = 1'), 'Invalid cast.');
  assert.is(print(scope, 'constant = 1'), 'Left operand of assignment is not an lvalue.');
  assert.is(announced, 2);
});

test('the history keeps values as they were', () => {
  const scope = scopeOf();
  print(scope, '$rax = 5');
  print(scope, '$rax = 6');
  assert.is(print(scope, '$1'), '5');
  assert.is(print(scope, '$$2 + $'), '10');
  assert.is(scope.history.length, 4);
});

test('dependencies tell registers, names and memory apart', () => {
  const { machine } = scopeOf();
  const of = (text: string): string => {
    const { registers, symbols, calls, memory, constantAddress, writes } = dependencies(parsed(text), machine);
    const words = [memory && 'memory', constantAddress && 'constant', writes && 'writes'].filter(Boolean);
    return [[...registers].join(' '), [...symbols, ...calls].join(' '), words.join(' ')].join('|');
  };
  assert.is(of('$cr3.pcid + $rax'), 'cr3.pcid rax||');
  assert.is(of('datum'), '|datum|memory constant');
  assert.is(of('user_pcid_flush_mask'), '|user_pcid_flush_mask|memory constant');
  assert.is(of('*(long*)&datum'), '|datum|memory constant');
  assert.is(of('{u64}0xffffffff82000000'), '||memory constant');
  assert.is(of('*(int*)(f+4)@2'), '|f|memory constant');
  assert.is(of('((int*)&table)[1]'), '|table|memory constant');
  assert.is(of('*(long*)$rsp'), 'rsp||memory');
  assert.is(of('*(long*)datum'), '|datum|memory');
  assert.is(of('datum == 1'), '|datum|memory');
  assert.is(of('&datum'), '|datum|');
  assert.is(of('$rax = 1'), 'rax||writes');
  assert.is(of('u64(f)'), '|f u64|memory');
  assert.is(of('sizeof($rax)'), '||');
});

test('the range of an lvalue in memory', () => {
  const scope = scopeOf();
  const range = (text: string): string => {
    const found = lvalueRange(parsed(text), scope);
    return found ? `0x${found.address.toString(16)} ${found.size}` : 'none';
  };
  assert.is(range('half'), '0xffffffff82000008 2');
  assert.is(range('*(char*)&half'), '0xffffffff82000008 1');
  assert.is(range('{u64}&table'), '0xffffffff8200000a 8');
  assert.is(range('*(long*)&table@3'), '0xffffffff8200000a 24');
  assert.is(range('((int*)&table)[2]'), '0xffffffff82000012 4');
  assert.is(range('*(long*)0'), '0x0 8');
  assert.is(range('$rax'), 'none');
  assert.is(range('half + 1'), 'none');
  assert.is(range('*(void*)0'), 'none');
  assert.is(range('*(int*)($rax = 4096)'), 'none');
  assert.is.not(print(scope, '$rax'), '4096');
});

// Arithmetic

const WIDTH = { int: 32, unsigned: 32, long: 64, 'unsigned long': 64 } as const;
type Name = keyof typeof WIDTH;

const wrap = (name: Name, value: bigint): bigint =>
  name.startsWith('unsigned') ? BigInt.asUintN(WIDTH[name], value) : BigInt.asIntN(WIDTH[name], value);

/** C's usual arithmetic conversions for types of int's rank and above. */
const common = (a: Name, b: Name): Name => {
  if (WIDTH[a] !== WIDTH[b]) return WIDTH[a] > WIDTH[b] ? a : b;
  return a.startsWith('unsigned') ? a : b;
};

const REFERENCE: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
};

test('arithmetic is BigInt’s in the common type', () => {
  const scope = scopeOf();
  const name = fc.constantFrom<Name>('int', 'unsigned', 'long', 'unsigned long');
  const number = fc.bigInt({ min: -(1n << 64n), max: 1n << 64n }).map((n) => BigInt.asIntN(64, n));
  fc.assert(
    fc.property(name, name, number, number, fc.constantFrom(...Object.keys(REFERENCE)), (s, t, a, b, op) => {
      const type = common(s, t);
      const [left, right] = [wrap(type, wrap(s, a)), wrap(type, wrap(t, b))];
      const expected =
        op.match(/[/%]/) && right === 0n ? 'Division by zero' : String(wrap(type, REFERENCE[op]!(left, right)));
      const literal = (n: bigint): string => `0x${BigInt.asUintN(64, n).toString(16)}`;
      assert.is(print(scope, `(${s})${literal(a)} ${op} (${t})${literal(b)}`), expected);
    }),
    { numRuns: 1000 },
  );
});

// Anything goes

const WORDS =
  '$rax $cr3 .pcid $ $$ $1 $foo f datum half table 1 0x10 \'a\' "s" ( ) [ ] { } int char * & + - ++ -- / % << >> == = += ? : @ , ! ~ sizeof u64 u64( void && || \\ # 9z . $cr3.pdbr cpu_tlbstate user_pcid_flush_mask'.split(
    ' ',
  );

test('random texts come to a value or a message', () => {
  const scope = scopeOf();
  const text = fc.oneof(
    { weight: 3, arbitrary: fc.array(fc.constantFrom(...WORDS), { maxLength: 12 }).map((words) => words.join(' ')) },
    { weight: 1, arbitrary: fc.array(fc.constantFrom(...WORDS), { maxLength: 12 }).map((words) => words.join('')) },
    { weight: 1, arbitrary: fc.string({ maxLength: 30 }) },
  );
  fc.assert(
    fc.property(text, (expression) => {
      const node = parseDebugExpression(expression);
      if (!node.ok) return assert.type(node.message, 'string');
      assert.type(typeOfExpression(node.value, scope).ok, 'boolean');
      dependencies(node.value, scope.machine);
      lvalueRange(node.value, scope);
      const value = evaluate(node.value, scope);
      assert.ok(value.ok || value.message.length > 0);
    }),
    { numRuns: 3000 },
  );
});

test('depth and length are bounded', () => {
  const message = (text: string): string => {
    const result = parseDebugExpression(text);
    return result.ok ? 'fine' : result.message;
  };
  for (const deep of [
    '('.repeat(5000),
    '-'.repeat(2) + '! '.repeat(5000),
    '1 ? '.repeat(5000),
    '{int}'.repeat(5000),
    '(int)'.repeat(5000),
    '$a = '.repeat(5000),
    'f('.repeat(5000),
    '1['.repeat(5000),
  ])
    assert.match(message(deep), /nested too deeply|too long/);
  assert.is(message(`1${'+1'.repeat(5000)}`), 'Expression is too long.');
  assert.is(message(`1${'+1'.repeat(900)}`), 'fine');
  const scope = scopeOf();
  assert.is(print(scope, `1${'+1'.repeat(900)}`), '901');
});

test.run();

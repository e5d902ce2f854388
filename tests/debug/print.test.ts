/** `print` and `x` where gdb's own answers don't reach: kernel addresses, round trips, random input. */
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseFormat } from '../../src/debug/formats.ts';
import { printCommand } from '../../src/debug/print.ts';
import { writeRegister } from '../../src/debug/registers.ts';
import { userCr3 } from '../../src/machine/linux.ts';
import { examine, print, scopeOf } from './kernel.ts';

const test = suite('debug: print');

test('formats are letters and a size in any order', () => {
  assert.equal(parseFormat('8xg $rsp'), { format: { count: 8, letter: 'x', size: 'g' }, rest: '$rsp' });
  assert.equal(parseFormat('-3gx'), { format: { count: -3, letter: 'x', size: 'g' }, rest: '' });
  assert.equal(parseFormat(' 5'), { format: { count: 1 }, rest: '5' });
});

test('instructions, with the mark at RIP', () => {
  const scope = scopeOf();
  assert.equal(examine(scope, '/6i $pc'), [
    '=> 0xffffffff81000000 <f>:\tmov    %cr3,%rax',
    '   0xffffffff81000003 <f+3>:\tjmp    0xffffffff81000006 <f+6>',
    '   0xffffffff81000005 <f+5>:\tnop',
    '   0xffffffff81000006 <f+6>:\tmov    0xfffff3(%rip),%rbx        # 0xffffffff82000000 <datum>',
    '   0xffffffff8100000d <f+13>:\tcall   0xffffffff81000013 <other>',
    '   0xffffffff81000012 <f+18>:\tret',
  ]);
  assert.equal(examine(scope, '/-2i f+6'), [
    '   0xffffffff81000003 <f+3>:\tjmp    0xffffffff81000006 <f+6>',
    '   0xffffffff81000005 <f+5>:\tnop',
  ]);
  assert.equal(examine(scope, '/-1i f'), ['No line number information available for address 0xffffffff81000000 <f>']);
});

test('memory of the kernel half is out of reach behind the user’s page tables', () => {
  const scope = scopeOf();
  assert.equal(examine(scope, '/2xg &datum'), ['0xffffffff82000000 <datum>:\t0xffffffff82000004\t0x000000000001fffe']);
  assert.is(print(scope, '$_'), '(int64_t *) 0xffffffff82000008 <half>');
  assert.is(print(scope, '/x $__'), '0x1fffe');
  assert.equal(examine(scope, '/2ag &datum'), ['0xffffffff82000000 <datum>:\t0xffffffff82000004 <datum+4>\t0x1fffe']);
  assert.is(writeRegister(scope.machine, 'cr3', userCr3(scope.machine.space, 1)), undefined);
  assert.equal(examine(scope, '/2xg &datum'), [
    '0xffffffff82000000 <datum>:\tCannot access memory at address 0xffffffff82000000',
  ]);
  assert.equal(examine(scope, '/1i $pc'), ['=> 0xffffffff81000000 <f>:\tmov    %cr3,%rax']);
});

test('numbers print so that they read as themselves', () => {
  const scope = scopeOf();
  const types = ['char', 'short', 'int', 'long', 'unsigned char', 'unsigned short', 'unsigned', 'u64', 's8'];
  fc.assert(
    fc.property(fc.constantFrom(...types), fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), (type, bits) => {
      const source = `(${type})0x${bits.toString(16)}`;
      const plain = print(scope, `/u ${source}`);
      for (const [letter, prefix] of [
        ['x', ''],
        ['o', ''],
        ['t', '0b'],
        ['z', ''],
        ['d', ''],
      ] as const) {
        const shown = print(scope, `/${letter} ${source}`);
        assert.is(print(scope, `/u (${type})${prefix}${shown}`), plain, `/${letter} ${source}: ${shown}`);
      }
    }),
    { numRuns: 300 },
  );
});

test('random commands print something or say why not', () => {
  const scope = scopeOf();
  const format = fc.string({ unit: fc.constantFrom(...'/0123-xduotzcafsibhwgqrZ '), maxLength: 6 });
  const places = [
    '',
    '$pc',
    '$sp',
    '&datum',
    'table',
    '0',
    '-1',
    '0xffffffff82000ffc',
    '$nosuch',
    '*',
    '1@2',
    '"s"',
    '-8',
  ];
  fc.assert(
    fc.property(format, fc.constantFrom(...places), (letters, place) => {
      // A large count is a long output, not an error.
      const command = `/${letters.replace(/(\d)\d+/, '$1')} ${place}`;
      assert.type(printCommand(command, scope).ok, 'boolean');
      assert.ok(examine(scope, command).every((line) => typeof line === 'string'));
    }),
    { numRuns: 2000 },
  );
});

test.run();

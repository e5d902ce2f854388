/**
 * The lengths of instructions that don't exist, as a Zen 4 fetched them: with the last byte missing it raised #PF, with it #UD.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hexBytes, parseHexBytes } from '../../src/base/hex.ts';
import { undefinedLength } from '../../src/isa/undefined-length.ts';
import { SAMPLES } from '../uop/samples.ts';

const test = suite('undefined length');

/** Each is as long as it is written here. */
const MEASURED = [
  ...[
    '06',
    '27',
    'd6',
    'd505',
    '82c000',
    '82050000000000',
    '8284000000000000',
    '660fb9',
    'eac0c0c0c0c0c0',
    '669ac0c0c0c0',
  ],
  ...[
    '0f04',
    '0fa6',
    '0fff',
    '0f24',
    '0f7a',
    '0f71c000',
    '0f0084 00000000 00'.replaceAll(' ', ''),
    '0f200d',
    '480f22ac',
    '0f78c00000',
  ],
  ...[
    'f00f38ff3d00000000',
    'f00f3afff800',
    '660f3a00840000000000 00'.replaceAll(' ', ''),
    'c7c800000000',
    '66c7f00000',
    '8f0d000000',
    '488fd0',
  ],
];

test('an undefined opcode is as long as its operands make it', () => {
  for (const digits of MEASURED) {
    const bytes = parseHexBytes(digits)!;
    assert.is(undefinedLength(bytes), bytes.length, hexBytes(bytes));
    assert.is(undefinedLength(bytes.subarray(0, -1)), undefined, `${hexBytes(bytes)} without its last byte`);
    assert.is(undefinedLength(Uint8Array.from([...bytes, 0x90, 0x90])), bytes.length, `${hexBytes(bytes)} and more`);
  }
});

test('an instruction that exists is as long as iced says', () => {
  // UD0 and UD1 are undefined, and have no ModRM byte to this CPU.
  for (const { bytes, text } of SAMPLES.filter(({ form }) => !/^Ud[01]/.test(form)))
    assert.is(undefinedLength(bytes), bytes.length, text);
});

test('prefixes alone are no instruction yet', () => {
  for (const digits of ['', '66', '2e3e6667', '48', 'f0f2f3'])
    assert.is(undefinedLength(parseHexBytes(digits)!), undefined);
});

test.run();

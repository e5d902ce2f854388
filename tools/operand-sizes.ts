/**
 * Generates src/isa/operand-sizes.json: for every form that iced-x86 knows, by its Code number, a digit for the operand
 * size in bytes that the form settles, 0 where the prefixes decide. It is kept in a file because asking iced for one
 * form builds its whole table of op codes, 50 ms at every start.
 *
 *   npx tsx tools/operand-sizes.ts [--check]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { Code, CodeExt } from 'iced-x86';

const PATH = 'src/isa/operand-sizes.json';
const COLUMNS = 100;

function sizeOf(code: Code): 0 | 2 | 4 | 8 {
  // MOV to and from control and debug registers is 64 bits wide whatever the prefixes.
  if (/^Mov_(r64_[cd]r|[cd]r_r64)$/.test(Code[code])) return 8;
  const info = CodeExt.opCode(code);
  const bits = info.operandSize;
  info.free();
  return bits === 16 ? 2 : bits === 32 ? 4 : bits === 64 ? 8 : 0;
}

const count = Object.keys(Code).filter((key) => /^\d+$/.test(key)).length;
const digits = Array.from({ length: count }, (_, code) => sizeOf(code)).join('');
const lines = digits.match(new RegExp(`.{1,${COLUMNS}}`, 'g')) ?? [];
const text = `${JSON.stringify(lines, null, 2)}\n`;
if (!process.argv.includes('--check')) writeFileSync(PATH, text);
else if (readFileSync(PATH, 'utf8') !== text) {
  process.stderr.write(`${PATH} is not what tools/operand-sizes.ts makes\n`);
  process.exitCode = 1;
}

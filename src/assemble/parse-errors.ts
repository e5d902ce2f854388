/**
 * Why a statement does not parse, in GNU as's words where it has some (read.c, expr.c, and tc-i386.c's
 * i386_att_operand). In goes the text and where the grammar stopped, out comes one message.
 */

import type { IRecognitionException } from 'chevrotain';
import { tokenMatcher } from 'chevrotain';
import { findCandidates } from './select.ts';
import { RParen } from './tokens.ts';
import { isPrefix } from './vocabulary.ts';

export interface Failure {
  readonly what: 'statement' | 'expression';
  readonly text: string;
  /** Of the first character that fits nowhere; the length of the text when something is missing at its end. */
  readonly offset: number;
  /** Absent when the characters themselves form no token. */
  readonly exception?: IRecognitionException;
}

const LABELS = /^(?:\s*(?:[\w.$\u0080-\uffff]+|"(?:[^"\\]|\\.)*")\s*:)*\s*/;
const PREFIXES = /^(?:(?:lock|rep\w*|data(?:16|32)|addr(?:16|32)|notrack|bnd|rex[.\w]*|\{\w+\})\s+)*/i;

/** A statement with its mnemonic in lower case, which is how gas quotes it. */
export const inLowerCase = (statement: string): string =>
  /^[\w.$]*[A-Z]/.test(statement) ? statement.replace(/^[\w.$]+/, (word) => word.toLowerCase()) : statement;

export function explain(failure: Failure): string {
  const { text, offset, what } = failure;
  const start = LABELS.exec(text)![0].length;
  const statement = text.slice(start);
  const isInstruction =
    what === 'statement' && /^[A-Za-z_{]/.test(statement) && !/^[\w.$]+\s*==?/.test(statement) && offset > start;
  if (!isInstruction) return explainExpression(failure);
  const mnemonic = start + PREFIXES.exec(statement)![0].length;
  const unknown = explainMnemonic(text.slice(mnemonic));
  if (unknown !== undefined) return unknown;
  const stray = strayOperandCharacter(text);
  if (stray !== undefined) return stray;
  const operands = mnemonic + /^[^\s%$*(]*\s*/.exec(text.slice(mnemonic))![0].length;
  if (offset < operands) return `no such instruction: \`${inLowerCase(statement.trim())}'`;
  return explainOperand(text, operands, offset);
}

/** GNU as looks at the mnemonic before it reads an operand. */
function explainMnemonic(statement: string): string | undefined {
  const word = /^[^\s,]*/.exec(statement)![0];
  const stray = /[^\w.${}?-]/.exec(word)?.[0];
  if (stray !== undefined) return `invalid character '${stray}' in mnemonic`;
  const name = word.toLowerCase();
  if (name === '' || isPrefix(name) || findCandidates(name).length > 0) return undefined;
  if (/[bwlqs]$/.test(name) && findCandidates(name.slice(0, -1)).length > 0) return undefined;
  return `no such instruction: \`${inLowerCase(statement)}'`;
}

/** A character that no operand of an instruction may have, in GNU as's words; looked for before operands are read. */
export function strayOperandCharacter(text: string): string | undefined {
  const start = LABELS.exec(text)![0].length;
  const rest = text
    .slice(start)
    .replace(PREFIXES, '')
    .replace(/^\S+\s*/, '');
  for (const [n, operand] of splitOperands(rest).entries()) {
    const found = /[^\w\s"%$*()+\-.:<>[\]{}|&^!~@,/\u0080-\uffff]/.exec(
      operand.replace(/"(?:[^"\\]|\\.)*"/g, quotedAway),
    );
    if (found === null) continue;
    const where = operand.slice(0, found.index).trim() === '' ? 'before' : 'in';
    const hint = found[0] === '\\' ? (noParameter(operand)?.hint ?? '') : '';
    return `invalid character '${found[0]}' ${where} operand ${n + 1}${hint}`;
  }
  return undefined;
}

const quotedAway = (quoted: string): string => '_'.repeat(quoted.length);

/** Cuts out the operand around `offset`, at commas outside parentheses. */
function explainOperand(text: string, start: number, offset: number): string {
  const operands = splitOperands(text.slice(start));
  let from = start;
  let number = 0;
  while (number < operands.length - 1 && from + operands[number]!.length < offset)
    from += operands[number++]!.length + 1;
  const whole = operands[number]!;
  const operand = whole.trim().replace(/^\*\s*/, '');
  if (isUnbalanced(operand)) return `unbalanced parenthesis in operand ${number + 1}.`;
  if (whole.trim() === '') {
    return number > 0 && number === operands.length - 1
      ? "expecting operand after ','; got nothing"
      : "expecting operand before ','; got nothing";
  }
  if (operand === '$') return "missing or invalid immediate expression `'";
  const at = Math.max(0, offset - from - (whole.trimEnd().length - operand.length));
  const junk = operand.slice(at);
  if (junk === '') return `missing operand in \`${whole.trim()}'`;
  if (at === 0) return `invalid char '${operand[0]}' beginning operand ${number + 1} \`${operand}'`;
  return `junk \`${junk}' after ${/^%\w+(?:\(\d\))?\s*$/.test(operand.slice(0, at)) ? 'register' : 'expression'}`;
}

/** A backslash is left where a macro's body names what is no parameter of the macro: gas's words, and the name. */
function noParameter(text: string): { where: 'before' | 'in'; hint: string } | undefined {
  const left = /\\([A-Za-z_.$][\w.$]*)?/.exec(
    text.replace(/"(?:[^"\\]|\\.)*"/g, (quoted) => '_'.repeat(quoted.length)),
  );
  if (!left) return undefined;
  const hint = left[1] === undefined ? '' : ` (no macro parameter is named \`${left[1]}')`;
  return { where: left.index === 0 ? 'before' : 'in', hint };
}

/** At commas outside parentheses and strings. */
export function splitOperands(text: string): string[] {
  const operands = [''];
  let depth = 0;
  for (const [piece] of text.matchAll(/"(?:[^"\\]|\\.)*"?|[^"]/gs)) {
    if (piece === '(' || piece === '[') depth++;
    if (piece === ')' || piece === ']') depth--;
    if (piece === ',' && depth <= 0) operands.push('');
    else operands[operands.length - 1] += piece;
  }
  return operands;
}

function isUnbalanced(operand: string): boolean {
  let depth = 0;
  for (const char of operand.replace(/"(?:[^"\\]|\\.)*"/g, '')) {
    if (char === '(') depth++;
    if (char === ')' && --depth < 0) return true;
  }
  return depth !== 0;
}

/** Directives, assignments and bare expressions. */
function explainExpression({ text, offset, exception }: Failure): string {
  const char = text[offset];
  if (exception?.name === 'MismatchedTokenException' && isUnbalanced(text)) {
    return `found '${char ?? '\n'}', expected: ')'`;
  }
  if (char === undefined) return /=\s*$/.test(text) ? 'missing expression' : 'missing operand';
  if (char === '"') return 'unterminated string';
  if (exception && tokenMatcher(exception.token, RParen) && !isUnbalanced(text.slice(0, offset)))
    return 'bad expression';
  const hint = char === '\\' ? noParameter(text.slice(offset))?.hint : undefined;
  return `junk at end of line, first unrecognized character is \`${char}'${hint ?? ''}`;
}

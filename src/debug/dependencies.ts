/** What an expression reads, without evaluating it: by this a session decides how it can watch it. */

import type { Machine } from '../machine/machine.ts';
import { childrenOf, type Node } from './expression.ts';
import { lookUp } from './names.ts';
import { isIntegral } from './types.ts';

export interface Dependencies {
  /** `rax`, `cr3.pcid`: as written, without the `$`; convenience variables are among them. */
  readonly registers: ReadonlySet<string>;
  /** Bare names, whether read or only located. */
  readonly symbols: ReadonlySet<string>;
  readonly calls: ReadonlySet<string>;
  /** Memory is read: through an address, or as a variable. */
  readonly memory: boolean;
  /** The expression is an lvalue in memory at an address that nothing can change: `lvalueRange` holds for good. */
  readonly constantAddress: boolean;
  /** Something is assigned. */
  readonly writes: boolean;
}

interface Found {
  readonly registers: Set<string>;
  readonly symbols: Set<string>;
  readonly calls: Set<string>;
  memory: boolean;
  writes: boolean;
}

/** Without a machine a bare name counts as memory. */
export function dependencies(node: Node, machine?: Machine): Dependencies {
  const found: Found = { registers: new Set(), symbols: new Set(), calls: new Set(), memory: false, writes: false };
  collect(node, found, machine);
  return { ...found, constantAddress: isConstantPlace(node, machine) };
}

function collect(node: Node, found: Found, machine: Machine | undefined): void {
  switch (node.kind) {
    case 'dollar':
      found.registers.add(node.name);
      return;
    case 'field':
      if (node.arg.kind === 'dollar') found.registers.add(`${node.arg.name}.${node.field}`);
      else collect(node.arg, found, machine);
      return;
    case 'name':
      found.symbols.add(node.name);
      if (readsMemory(node.name, machine)) found.memory = true;
      return;
    case 'sizeof':
      return;
    case 'unary':
      if (node.op === '&') return collectAddress(node.arg, found, machine);
      if (node.op === '*') found.memory = true;
      break;
    case 'call':
      found.calls.add(node.name);
      found.memory = true;
      break;
    case 'typed':
    case 'index':
      found.memory = true;
      break;
    case 'assign':
    case 'step':
      found.writes = true;
      break;
    default:
      break;
  }
  for (const child of childrenOf(node)) collect(child, found, machine);
}

/** The operand of `&` is not read, what leads to it is. */
function collectAddress(node: Node, found: Found, machine: Machine | undefined): void {
  if (node.kind === 'name') found.symbols.add(node.name);
  else for (const child of childrenOf(node)) collect(child, found, machine);
}

function readsMemory(name: string, machine: Machine | undefined): boolean {
  const named = machine && lookUp(machine, name);
  return named === undefined || (named.kind === 'place' && isIntegral(named.type));
}

function isConstantPlace(node: Node, machine: Machine | undefined): boolean {
  switch (node.kind) {
    case 'name':
      return readsMemory(node.name, machine);
    case 'typed':
      return isConstant(node.arg, machine);
    case 'unary':
      return node.op === '*' && isConstant(node.arg, machine);
    case 'index':
      return isConstant(node.arg, machine) && isConstant(node.index, machine);
    case 'binary':
      return node.op === '@' && isConstantPlace(node.left, machine) && isConstant(node.right, machine);
    default:
      return false;
  }
}

/** The value can't change: numbers and addresses of symbols. */
function isConstant(node: Node, machine: Machine | undefined): boolean {
  const { registers, calls, memory, writes } = dependencies(node, machine);
  const fromHistory = (n: Node): boolean => n.kind === 'history' || childrenOf(n).some(fromHistory);
  return registers.size === 0 && calls.size === 0 && !memory && !writes && !fromHistory(node);
}

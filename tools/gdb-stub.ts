/**
 * A machine of ours behind gdb's remote protocol, so that gdb says how it prints a kernel's registers and addresses. The description of
 * the registers is QEMU's (gdb-xml/i386-64bit.xml of QEMU 8) as far as the machine has them; only what `print` and `x` ask for is answered.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { fromBytes, toBytes } from '../src/base/u64.ts';
import * as cpuModel from '../src/cpu/cpu.ts';
import { fieldsOf, readRegister, writeRegister } from '../src/debug/registers.ts';
import type { Machine } from '../src/machine/machine.ts';

const named = (names: string, bits: number, type: string): [string, number, string][] =>
  names.split(' ').map((name) => [name, bits, type]);

/** Name, bits and type, in the order of the packets. */
const REGISTERS = [
  ...named('rax rbx rcx rdx rsi rdi', 64, 'int64'),
  ...named('rbp rsp', 64, 'data_ptr'),
  ...named('r8 r9 r10 r11 r12 r13 r14 r15', 64, 'int64'),
  ...named('rip', 64, 'code_ptr'),
  ...named('eflags', 32, 'x64_eflags'),
  ...named('cs ss ds es fs gs', 32, 'int32'),
  ...named('fs_base gs_base k_gs_base', 64, 'int64'),
  ...named('cr0', 64, 'x64_cr0'),
  ...named('cr2', 64, 'int64'),
  ...named('cr3', 64, 'x64_cr3'),
  ...named('cr4', 64, 'x64_cr4'),
  ...named('cr8', 64, 'int64'),
  ...named('efer', 64, 'x64_efer'),
  // gdb takes no x86 without an FPU.
  ...named('st0 st1 st2 st3 st4 st5 st6 st7', 80, 'i387_ext'),
  ...named('fctrl fstat ftag fiseg fioff foseg fooff fop', 32, 'int'),
] as const;

function description(): string {
  const flags = ['eflags', 'cr0', 'cr3', 'cr4', 'efer'].map((name) => {
    const fields = fieldsOf(name).map((f) => `<field name="${f.name}" start="${f.low}" end="${f.low + f.width - 1}"/>`);
    return `<flags id="x64_${name}" size="${name === 'eflags' ? 4 : 8}">${fields.join('')}</flags>`;
  });
  const registers = REGISTERS.map(([name, bits, type]) => `<reg name="${name}" bitsize="${bits}" type="${type}"/>`);
  const feature = `<feature name="org.gnu.gdb.i386.core">${flags.join('')}${registers.join('')}</feature>`;
  return `<?xml version="1.0"?><!DOCTYPE target SYSTEM "gdb-target.dtd"><target><architecture>i386:x86-64</architecture>${feature}</target>`;
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

const registerBytes = (machine: Machine, [name, bits]: readonly [string, number, string]): string =>
  hexOf(toBytes(readRegister(machine, name) ?? 0n, bits / 8));

const range = (text: string): [bigint, number] => {
  const [address = '0', length = '0'] = text.split(',');
  return [BigInt(`0x${address}`), Number.parseInt(length, 16)];
};

/** The answer to a packet; empty: not understood. */
function reply(machine: Machine, packet: string): string {
  const rest = packet.slice(1);
  if (packet.startsWith('qSupported')) return 'PacketSize=4000;qXfer:features:read+';
  if (packet.startsWith('qXfer:features:read:target.xml:')) {
    const [offset, length] = range(packet.slice(packet.lastIndexOf(':') + 1));
    const text = description();
    const end = Number(offset) + length;
    return (end >= text.length ? 'l' : 'm') + text.slice(Number(offset), end);
  }
  switch (packet[0]) {
    case '?':
      return 'S05';
    case 'g':
      return REGISTERS.map((register) => registerBytes(machine, register)).join('');
    case 'p': {
      const register = REGISTERS[Number.parseInt(rest, 16)];
      return register ? registerBytes(machine, register) : 'E01';
    }
    case 'P': {
      const [index = '', value = ''] = rest.split('=');
      const name = REGISTERS[Number.parseInt(index, 16)]?.[0] ?? '';
      return writeRegister(machine, name, fromBytes(bytesOf(value))) === undefined ? 'OK' : 'E01';
    }
    case 'm': {
      const [address, length] = range(rest);
      const bytes = cpuModel.readLinear(machine.cpu, address, length);
      return bytes ? hexOf(bytes) : 'E14';
    }
    case 'M': {
      const [where = '', data = ''] = rest.split(':');
      return cpuModel.writeLinear(machine.cpu, range(where)[0], bytesOf(data)) ? 'OK' : 'E14';
    }
    default:
      return '';
  }
}

const framed = (text: string): string => {
  const sum = [...text].reduce((total, c) => (total + c.charCodeAt(0)) & 0xff, 0);
  return `+$${text}#${sum.toString(16).padStart(2, '0')}`;
};

function converse(machine: Machine, socket: Socket): void {
  let pending = '';
  socket.on('data', (data) => {
    pending += data.toString('latin1');
    for (;;) {
      const match = /^[^$]*\$([^#]*)#../.exec(pending);
      if (!match) return;
      pending = pending.slice(match[0].length);
      socket.write(framed(reply(machine, match[1]!)), 'latin1');
    }
  });
}

/** Listens on a local socket until the server is closed. */
export const serve = (machine: Machine, path: string): Promise<Server> =>
  new Promise((resolve) => {
    const server = createServer((socket) => converse(machine, socket));
    server.listen(path, () => resolve(server));
  });

/**
 * The devices behind the ports of a bare machine, as Bochs and QEMU have them for programs that test: a console, and a port that ends
 * the run.
 */
import type { Cpu, Ports } from '../cpu/cpu.ts';

export const PORT = {
  /** What is written here is printed; reads give 0xe9 (Bochs's port_e9_hack). */
  CONSOLE: 0xe9,
  /** A write ends the run, with what was written as the code (QEMU's isa-debug-exit). */
  EXIT: 0xf4,
} as const;

export interface Console {
  /** What the program has printed. */
  text: string;
}

/** Gives the CPU its devices. Other ports go to `others`; without it reads give ones and writes vanish. */
export function connectPorts(cpu: Cpu, others?: Ports): Console {
  const console: Console = { text: '' };
  cpu.ports = {
    in: (port, width) => (port === PORT.CONSOLE ? PORT.CONSOLE : (others?.in(port, width) ?? -1)),
    out(port, width, value) {
      if (port === PORT.CONSOLE) console.text += String.fromCharCode(value & 0xff);
      else if (port === PORT.EXIT) cpu.exitCode = value;
      else others?.out(port, width, value);
    },
  };
  return console;
}

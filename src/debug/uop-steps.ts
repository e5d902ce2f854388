/** Moving by micro-ops: the machine shows what the first ones of an instruction have done, and stands before the instruction all the same. */
import * as cpuModel from '../cpu/cpu.ts';
import { backInstructions } from './backwards.ts';
import { DONE, forward, type Motion, times } from './motion.ts';
import { machineOf, type Session, toBoundary } from './session.ts';

/** `stepu N`: within the instruction at RIP, then on to the next one. */
export function* stepUops(session: Session, count: number): Motion {
  return yield* times(count, function* (): Motion {
    const length = uopCount(session);
    if (session.uop + 1 >= length) return yield* forward(session, { ticks: 1 });
    return showUop(session, session.uop + 1) ? DONE : yield* forward(session, { ticks: 1 });
  });
}

/** `reverse-stepu N` */
export function* backUops(session: Session, count: number): Motion {
  return yield* times(count, function* (): Motion {
    if (session.uop > 0) {
      showUop(session, session.uop - 1);
      return DONE;
    }
    const report = yield* backInstructions(session, 1);
    if (report.reason.kind !== 'done') return report;
    for (let uop = uopCount(session) - 1; uop > 0; uop--) if (showUop(session, uop)) break;
    return DONE;
  });
}

function uopCount(session: Session): number {
  const { cpu } = machineOf(session);
  const found = cpuModel.uopsAt(cpu, cpuModel.getRip(cpu));
  return found.kind === 'uops' ? found.uops.length : 1;
}

/** The machine after so many micro-ops of the instruction; false: it doesn't get that far, and stands before it. */
function showUop(session: Session, uop: number): boolean {
  toBoundary(session);
  if (uop === 0) return true;
  session.uop = uop;
  if (cpuModel.runUops(machineOf(session).cpu, uop)) return true;
  toBoundary(session);
  return false;
}

/** The models of CPU that `--cpu` knows, as data. */
import { ALL_FEATURES, type CpuModel } from './cpu-model.ts';

/** Everything that is modelled, at once: the default, like QEMU's of the same name. */
export const MAX: CpuModel = { name: 'max', vendor: 'intel', features: ALL_FEATURES };

/** AMD's fourth generation (EPYC 9004, Ryzen 7000). */
export const ZEN4: CpuModel = {
  name: 'zen4',
  vendor: 'amd',
  features: {
    ...ALL_FEATURES,
    tbm: false,
    movdiri: false,
    movdir64b: false,
    cmpccxadd: false,
    raoint: false,
    cldemote: false,
    serialize: false,
    waitpkg: false,
    ptwrite: false,
    wrmsrns: false,
  },
};

/*
 * Runs the same bytes as tools/bench/engine.ts under Unicorn 2, for comparison.
 *
 * usage: unicorn HEX RIP ITERATIONS INSNS_PER_ITERATION
 * The machine is the one of workloads.ts: the first 2 MiB mapped one to one with 4 KiB pages by tables at
 * 0x8000, paging on, code at RIP, stack at 0x80000, data at 0x90000. Prints millions of instructions a second, the best
 * of three runs.
 *
 * cc -O2 -o unicorn unicorn.c -lunicorn
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unicorn/unicorn.h>

enum { RAM = 0x1000000, PML4 = 0x8000, PDPT = 0x2000, PD = 0x3000, PT = 0x4000, ENTRIES = 512 };

static void check(uc_err err, const char *what) {
  if (err == UC_ERR_OK) return;
  fprintf(stderr, "%s: %s\n", what, uc_strerror(err));
  exit(1);
}

static void put64(uc_engine *uc, uint64_t at, uint64_t value) { check(uc_mem_write(uc, at, &value, 8), "write"); }

static void set(uc_engine *uc, int reg, uint64_t value) { check(uc_reg_write(uc, reg, &value), "register"); }

static void map(uc_engine *uc) {
  check(uc_mem_map(uc, 0, RAM, UC_PROT_ALL), "map");
  put64(uc, PML4, PDPT | 3);
  put64(uc, PDPT, PD | 3);
  put64(uc, PD, PT | 3);
  for (uint64_t i = 0; i < ENTRIES; i++) put64(uc, PT + 8 * i, i << 12 | 3);
}

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  size_t length = strlen(argv[1]) / 2;
  uint8_t code[4096];
  if (length > sizeof code) return 2;
  for (size_t i = 0; i < length; i++) sscanf(argv[1] + 2 * i, "%2hhx", &code[i]);
  uint64_t rip = strtoull(argv[2], NULL, 0);
  double iterations = strtod(argv[3], NULL), insns = strtod(argv[4], NULL);

  uc_engine *uc;
  check(uc_open(UC_ARCH_X86, UC_MODE_64, &uc), "open");
  map(uc);
  check(uc_mem_write(uc, rip, code, length), "code");
  uint64_t cr0, cr4;
  check(uc_reg_read(uc, UC_X86_REG_CR0, &cr0), "cr0");
  check(uc_reg_read(uc, UC_X86_REG_CR4, &cr4), "cr4");
  set(uc, UC_X86_REG_CR4, cr4 | 0x20);
  set(uc, UC_X86_REG_CR3, PML4);
  set(uc, UC_X86_REG_CR0, cr0 | 0x80000001);

  double best = 0;
  for (int i = 0; i < 3; i++) {
    set(uc, UC_X86_REG_RSP, 0x80000);
    set(uc, UC_X86_REG_RSI, 0x90000);
    set(uc, UC_X86_REG_RBP, (uint64_t)iterations);
    double start = seconds();
    check(uc_emu_start(uc, rip, rip + length - 1, 0, 0), "run");
    double speed = iterations * insns / (seconds() - start) / 1e6;
    if (speed > best) best = speed;
  }
  printf("%.1f\n", best);
  return 0;
}

/*
 * Runs vectors on the processor at hand, in user mode. Standard input: the pages and the vectors; standard output: what came of
 * each (native.ts packs the one and unpacks the other, little-endian, everything a multiple of 8 bytes).
 *
 *   in    u64 pages, mappings, vectors
 *         per page     u64 fill, a byte's value
 *         per mapping  u64 linear, rights (1 read, 2 write, 4 execute), page
 *         per vector   u64 rip, flags, fs, gs, cs, r[16], windows; per window u64 page, offset, length; bytes, padded to 8
 *   out   per vector   u64 rip, flags, fs, gs, r[16], trap, error, cr2, changes; per change as a window
 *
 * State goes in and comes out by way of the signal frame: the one handler saves what the vector before left, prepares the
 * memory of the next, and "returns" into it. A vector ends with the first fault or trap, at the latest at the int3 that fills
 * the code pages around it; one that is still running after three ticks of the timer is given up (trap 255).
 *
 * Every page belongs to a shared memory file that the runner sees at an address of its own, so it can fill read-only pages
 * and finds every byte that changed, wherever the vector wrote.
 *
 *   gcc -O1 -mfsgsbase -mno-red-zone -fno-stack-protector -fcf-protection=none -o run run.c;  run CPU < in > out
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

#define PAGE 4096
#define MAX_PAGES 16
#define TICK_USEC 20000
#define TICKS 3
#define GAVE_UP 255
/* Linux's flat segments. */
#define USER_CS 0x33
#define USER_DS 0x2b

typedef uint64_t u64;
typedef uint8_t u8;

/* The general registers by their encoding. */
static const int gpr[16] = {
	REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
	REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15,
};

struct vector {
	u64 rip, flags, fs, gs, cs, r[16], windows;
};

struct result {
	u64 rip, flags, fs, gs, r[16], trap, error, cr2, changes;
};

struct window {
	u64 page, offset, length;
};

static u64 pages, vectors;
static u8 fill[MAX_PAGES];
static u8 *memory;             /* the pages, as the vectors see them */
static u8 image[MAX_PAGES * PAGE]; /* what they held before the vector */

static const u8 *in, *next_in; /* the vector that runs, and the one behind it */
static u8 *out, *out_end;
static u64 done;
static int running, ticks;

static u64 home_fs, home_gs;
static gregset_t home;

static const u8 *prepare(const u8 *at, greg_t *g, u64 *fs, u64 *gs)
{
	const struct vector *v = (const void *)at;
	for (u64 p = 0; p < pages; p++) memset(image + p * PAGE, fill[p], PAGE);
	at += sizeof *v;
	for (u64 i = 0; i < v->windows; i++) {
		const struct window *w = (const void *)at;
		memcpy(image + w->page * PAGE + w->offset, at + sizeof *w, w->length);
		at += sizeof *w + (w->length + 7) / 8 * 8;
	}
	memcpy(memory, image, pages * PAGE);
	for (int i = 0; i < 16; i++) g[gpr[i]] = v->r[i];
	g[REG_RIP] = v->rip;
	g[REG_EFL] = v->flags;
	g[REG_CSGSFS] = (g[REG_CSGSFS] & ~0xffffl) | v->cs;
	*fs = v->fs;
	*gs = v->gs;
	return at;
}

static void grow(size_t more)
{
	static size_t size;
	size_t used = out_end - out;
	if (used + more <= size) return;
	size = 2 * size + more;
	out = realloc(out, size);
	if (!out) abort();
	out_end = out + used;
}

/* Runs of changed bytes, page by page. */
static u64 changes(void)
{
	u64 n = 0;
	for (u64 p = 0; p < pages; p++) {
		const u8 *now = memory + p * PAGE, *before = image + p * PAGE;
		if (!memcmp(now, before, PAGE)) continue;
		for (int i = 0; i < PAGE; i++) {
			if (now[i] == before[i]) continue;
			int j = i;
			while (j < PAGE && now[j] != before[j]) j++;
			struct window w = {p, i, j - i};
			size_t padded = (w.length + 7) / 8 * 8;
			grow(sizeof w + padded);
			memcpy(out_end, &w, sizeof w);
			memset(out_end + sizeof w, 0, padded);
			memcpy(out_end + sizeof w, now + i, w.length);
			out_end += sizeof w + padded;
			n++;
			i = j;
		}
	}
	return n;
}

static void record(const greg_t *g, u64 fs, u64 gs, int gave_up)
{
	grow(sizeof(struct result));
	size_t at = out_end - out;
	struct result r = {g[REG_RIP], g[REG_EFL], fs, gs, {0}, g[REG_TRAPNO], g[REG_ERR], g[REG_CR2], 0};
	for (int i = 0; i < 16; i++) r.r[i] = g[gpr[i]];
	if (gave_up) r.trap = GAVE_UP;
	out_end += sizeof r;
	r.changes = changes();
	memcpy(out + at, &r, sizeof r);
}

__attribute__((used)) static void on_signal(int signal, siginfo_t *info, void *context)
{
	u64 fs = __builtin_ia32_rdfsbase64(), gs = __builtin_ia32_rdgsbase64();
	if (running) {
		__builtin_ia32_wrfsbase64(home_fs);
		__builtin_ia32_wrgsbase64(home_gs);
	}
	greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;
	if (signal == SIGALRM) {
		if (!running) return;
		/* The vector is begun anew: what it has done so far is not worth telling from what it will do. */
		if (++ticks < TICKS) goto resume;
	}
	if (running) {
		record(g, fs, gs, signal == SIGALRM);
		in = next_in;
		done++;
	} else {
		memcpy(home, g, sizeof home);
		running = 1;
	}
	ticks = 0;
	if (done == vectors) {
		greg_t segments = (g[REG_CSGSFS] & ~0xffffl) | USER_CS;
		memcpy(g, home, sizeof home);
		g[REG_CSGSFS] = segments;
		running = 0;
		return;
	}
resume:
	next_in = prepare(in, g, &fs, &gs);
	/* Null for 64-bit code, as a process has them; 32-bit code needs them. */
	u64 data = (g[REG_CSGSFS] & 0xffff) == USER_CS ? 0 : USER_DS;
	__asm__ volatile("mov %0, %%ds\n\tmov %0, %%es" :: "r"(data));
	__builtin_ia32_wrfsbase64(fs);
	__builtin_ia32_wrgsbase64(gs);
}

/* A signal handler inherits AC, NT and ID: AC would fault in compiled code, and sigreturn restores neither NT nor ID. */
__attribute__((naked)) static void entry(int signal, siginfo_t *info, void *context)
{
	__asm__("pushfq\n\tandq $~0x244000, (%rsp)\n\tpopfq\n\tjmp on_signal");
}

static u8 *read_all(void)
{
	size_t size = 1 << 24, used = 0;
	u8 *all = malloc(size);
	for (ssize_t n; all && (n = read(0, all + used, size - used)) > 0;) {
		used += n;
		if (used == size) all = realloc(all, size *= 2);
	}
	return all;
}

static int map_pages(const u64 *mappings, u64 count)
{
	int file = memfd_create("vectors", 0);
	if (file < 0 || ftruncate(file, pages * PAGE)) return 0;
	memory = mmap(0, pages * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (memory == MAP_FAILED) return 0;
	for (u64 i = 0; i < count; i++, mappings += 3) {
		void *at = (void *)mappings[0];
		int rights = (mappings[1] & 1 ? PROT_READ : 0) | (mappings[1] & 2 ? PROT_WRITE : 0) | (mappings[1] & 4 ? PROT_EXEC : 0);
		int flags = MAP_SHARED | MAP_FIXED_NOREPLACE | MAP_POPULATE;
		if (mmap(at, PAGE, rights, flags, file, mappings[2] * PAGE) != at) return 0;
	}
	return 1;
}

static void catch_signals(void)
{
	stack_t stack = {.ss_sp = malloc(1 << 18), .ss_size = 1 << 18};
	sigaltstack(&stack, 0);
	struct sigaction action = {.sa_sigaction = entry, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	sigfillset(&action.sa_mask);
	const int signals[] = {SIGTRAP, SIGSEGV, SIGFPE, SIGILL, SIGBUS, SIGALRM};
	for (int i = 0; i < 6; i++) sigaction(signals[i], &action, 0);
	struct itimerval timer = {{0, TICK_USEC}, {0, TICK_USEC}};
	setitimer(ITIMER_REAL, &timer, 0);
}

int main(int argc, char **argv)
{
	cpu_set_t cpus;
	CPU_ZERO(&cpus);
	CPU_SET(argc > 1 ? atoi(argv[1]) : 0, &cpus);
	sched_setaffinity(0, sizeof cpus, &cpus);
	const u64 *head = (const void *)read_all();
	if (!head) return 1;
	pages = head[0];
	vectors = head[2];
	if (pages > MAX_PAGES) return 1;
	for (u64 p = 0; p < pages; p++) fill[p] = head[3 + p];
	const u64 *mappings = head + 3 + pages;
	if (!map_pages(mappings, head[1])) {
		perror("mmap");
		return 1;
	}
	in = (const void *)(mappings + 3 * head[1]);
	home_fs = __builtin_ia32_rdfsbase64();
	home_gs = __builtin_ia32_rdgsbase64();
	catch_signals();
	__asm__ volatile("int3" ::: "memory", "cc");
	struct itimerval never = {{0, 0}, {0, 0}};
	setitimer(ITIMER_REAL, &never, 0);
	return fwrite(out, out_end - out, 1, stdout) == 1 ? 0 : 1;
}

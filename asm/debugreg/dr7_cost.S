/*
 * What does it cost to save DR7 around every NMI? The micro-benchmark of the thread "x86/entry: disallow #DB more"
 * (May 2020), in our own assembly: a hundred rounds of RDTSC, LFENCE, the thing to measure, LFENCE, RDTSC, summed up.
 *
 *   empty   nothing between the fences
 *   read    MOV from DR7
 *   write   MOV to DR7, two of them
 *   miss    a per-CPU copy of DR7 whose cache line was just flushed
 *   hit     the same, cached
 *
 * The notes are the five numbers posted on 25 May. (The first, wrong, run had said 2800 2404 19600: the compiler had
 * thrown the read away, which is why the benchmark is assembly.) Ours come from the cost table, whose figures for
 * MOV DR are derived from the thread's, so read and write have to agree; the others are from other sources.
 */
//@ title   DR7: read it, write it, or keep a copy
//@ entry   dr7_cost
//@ show    empty: r8   -- thread: 3820
//@ show    read: r9    -- thread: 8224
//@ show    write: r10  -- thread: 45516
//@ show    miss: r11   -- thread: 35560
//@ show    hit: r12    -- thread: 4800
//
// What the thread concluded: reading the register costs more than a cached copy and far less than a missed one, and
// writing it costs several times as much as reading.
//@ expect  hit_is_cheapest: r12 < r9
//@ expect  miss_is_dearer: r11 > r9
//@ expect  write_is_dearest: r10 > 4 * r9
//@ expect  untouched: dr7 == dr7_at_entry


/* Cycles between two RDTSCs around `body`, left in RAX. Uses RAX, RCX, RDX, RSI. */
.macro MEASURE body:vararg
	rdtsc
	mov	%rdx, %rcx
	mov	%rax, %rsi
	lfence
	\body
	lfence
	rdtsc
	TSC_DIFFERENCE
.endm

/* RAX = (RDX:RAX) - (RCX:RSI) */
.macro TSC_DIFFERENCE
	shl	$32, %rdx
	shl	$32, %rcx
	or	%rdx, %rax
	or	%rcx, %rsi
	sub	%rsi, %rax
.endm

	.section .entry.text, "ax"
	.globl dr7_cost
	.type dr7_cost, @function
dr7_cost:
	xor	%r8d, %r8d
	xor	%r9d, %r9d
	xor	%r10d, %r10d
	xor	%r11d, %r11d
	xor	%r12d, %r12d
	mov	$100, %r13d
.Lround:
	MEASURE
	add	%rax, %r8

	MEASURE mov %db7, %rdi
	add	%rax, %r9

	/* Twice, as in the thread. */
	MEASURE mov %rdi, %db7
	add	%rax, %r10
	MEASURE mov %rdi, %db7
	add	%rax, %r10

	mov	%gs:this_cpu_off, %rbx
	clflush	cpu_dr7(%rbx)
	MEASURE mov %gs:cpu_dr7, %rdi
	add	%rax, %r11

	MEASURE mov %gs:cpu_dr7, %rdi
	add	%rax, %r12

	dec	%r13d
	jnz	.Lround
	ret
	.size dr7_cost, . - dr7_cost

// SPDX-License-Identifier: GPL-2.0-only
/* The start of each program, its tables, and its second hart. */
#include "guest.h"

#define SIFIVE_TEST	0x100000ul
#define TEST_PASS	0x5555
#define TEST_FAIL	0x3333
#define GIGAPAGE_LEVEL	2
#define TABLES		512
#define PAGES		64

unsigned int faults;

static u64 tables[TABLES][512] __attribute__((aligned(4096)));
static unsigned int used;
static char memory[PAGES * 16 * PAGE] __attribute__((aligned(16 * 4096)));
static u64 *first_root;
static void (*volatile request)(void);
static volatile unsigned int serving;

static void end(unsigned int how)
{
	*(volatile unsigned int *)SIFIVE_TEST = how;
	for (;;)
		;
}

void fail(void)
{
	end(TEST_FAIL | 1 << 16);
	__builtin_unreachable();
}

u64 page(unsigned int number)
{
	if (number >= PAGES)
		fail();
	return (u64)&memory[number * 16 * PAGE] & ~UPPER;
}

u64 *root(void)
{
	return first_root;
}

static u64 *new_table(void)
{
	if (used == TABLES)
		fail();
	return tables[used++];
}

static u64 *find(u64 *table, u64 va, int level)
{
	for (int i = LEVELS - 1; ; i--) {
		u64 *at = &table[va >> (12 + 9 * i) & 511];

		if (i == level)
			return at;
		if (!(*at & V))
			set(at, (u64)new_table() & ~UPPER, V);
		table = (u64 *)(*at >> 10 << 12);
	}
}

u64 *entry_of(u64 *top, u64 va, int level)
{
	u64 *at = find(top, va, level);

	fence_all();
	return at;
}

u64 *entry(u64 va, int level)
{
	return entry_of(first_root, va, level);
}

/* The devices and the memory, in gigapages */
u64 *new_root(void)
{
	u64 *top = new_table();

	set(find(top, 0, GIGAPAGE_LEVEL), 0, RW);
	set(find(top, RAM, GIGAPAGE_LEVEL), RAM, RW | X);
	return top;
}

void map_upper(void)
{
	set(entry(UPPER + RAM, GIGAPAGE_LEVEL), RAM, RW | X);
	fence_all();
}

void start_on_1(void (*what)(void))
{
	request = what;
}

void run_on_1(void (*what)(void))
{
	start_on_1(what);
	while (request)
		;
}

static void serve(void)
{
	serving = 1;
	for (;;) {
		if (request) {
			request();
			request = 0;
		}
	}
}

/* Goes on behind the access that faulted; instructions are not compressed here */
__attribute__((naked, aligned(4))) void trap_entry(void)
{
	__asm__ volatile("csrw	sscratch, t0\n"
			 "csrr	t0, sepc\n"
			 "addi	t0, t0, 4\n"
			 "csrw	sepc, t0\n"
			 "sd	t1, -16(sp)\n"
			 "la	t0, faults\n"
			 "li	t1, 1\n"
			 "amoadd.w zero, t1, (t0)\n"
			 "ld	t1, -16(sp)\n"
			 "csrr	t0, sscratch\n"
			 "sret");
}

void guest_start(u64 hart)
{
	if (!hart)
		first_root = new_root();
	while (!*(u64 *volatile *)&first_root)
		;
	fence_all();
	use(first_root, 0);
	fence_all();
	if (hart)
		serve();
	/* Hart 1 has fenced then */
	while (!serving)
		;
	main();
	end(TEST_PASS);
}

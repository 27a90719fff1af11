/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the programs share. Code and data lie in the lower half, one to one, which is not checked;
 * each scenario has a GiB of the upper half for itself. What a scenario does to translations is
 * inline, so that reports name the scenario.
 */
#ifndef TLB_TESTS_GUEST_H
#define TLB_TESTS_GUEST_H

typedef unsigned long u64;

#define ALWAYS_INLINE	inline __attribute__((always_inline))
#define scenario	__attribute__((noinline))

#define V		(1ul << 0)
#define R		(1ul << 1)
#define W		(1ul << 2)
#define X		(1ul << 3)
#define G		(1ul << 5)
#define A		(1ul << 6)
#define D		(1ul << 7)
#define N		(1ul << 63)
#define RW		(V | R | W | A | D)
#define RX		(V | R | X | A)

/* The start of a scenario's GiB */
#define VA(number)	(0xffffffe000000000ul + ((u64)(number) << 30))

/* Linux's, and a GiB of its vmalloc area */
#if MODE == 8
#define PAGE_OFFSET	0xffffffd800000000ul
#elif MODE == 9
#define PAGE_OFFSET	0xffffaf8000000000ul
#else
#define PAGE_OFFSET	0xff60000000000000ul
#endif
#define VMALLOC(number)	(PAGE_OFFSET - (8ul << 30) + ((u64)(number) << 30))

/* Memory, and from there to where the upper half has it, as Linux does */
#define RAM		0x80000000ul
#define UPPER		0xffffffff00000000ul

#define LEVELS		(MODE - 5)
#define PAGE		4096ul

/** page() - a page of memory that is one number; 64 KiB apart and aligned to that */
u64 page(unsigned int number);

/** root() - the tables that hart 0 starts with */
u64 *root(void);

/** new_root() - other tables with the same lower half and nothing in the upper one */
u64 *new_root(void);

/**
 * entry_of() - the entry that maps an address, in its table of a level
 * @top:	the tables
 * @va:	the address
 * @level:	of the table
 *
 * Makes the tables above, and fences all.
 */
u64 *entry_of(u64 *top, u64 va, int level);

/** entry() - the same in root() */
u64 *entry(u64 va, int level);

/** map_upper() - map all memory once more, where code can run in the upper half */
void map_upper(void);

/** start_on_1() - let hart 1 run a function */
void start_on_1(void (*what)(void));

/** run_on_1() - run a function on hart 1 and wait for it */
void run_on_1(void (*what)(void));

/** faults() - how many page faults were taken and skipped */
extern unsigned int faults;

/** main() - the program's, on hart 0 with translation on and everything fenced */
void main(void);

/* Where start.S sends traps and harts */
void trap_entry(void);
void guest_start(u64 hart);

/** fail() - end QEMU with an error: the program itself is wrong */
__attribute__((noreturn)) void fail(void);

static ALWAYS_INLINE void store(u64 *at, u64 value)
{
	__asm__ volatile("sd %1, 0(%0)" : : "r"(at), "r"(value) : "memory");
}

static ALWAYS_INLINE void set(u64 *at, u64 pa, u64 flags)
{
	store(at, pa >> 12 << 10 | flags);
}

static ALWAYS_INLINE u64 read(u64 va)
{
	u64 value;

	__asm__ volatile("ld %0, 0(%1)" : "=r"(value) : "r"(va) : "memory");
	return value;
}

static ALWAYS_INLINE void write(u64 va)
{
	__asm__ volatile("sd zero, 0(%0)" : : "r"(va) : "memory");
}

static ALWAYS_INLINE void fence_all(void)
{
	__asm__ volatile("sfence.vma" : : : "memory");
}

static ALWAYS_INLINE void fence_address(u64 va)
{
	__asm__ volatile("sfence.vma %0, zero" : : "r"(va) : "memory");
}

static ALWAYS_INLINE void fence_asid(u64 asid)
{
	__asm__ volatile("sfence.vma zero, %0" : : "r"(asid) : "memory");
}

static ALWAYS_INLINE void fence_address_asid(u64 va, u64 asid)
{
	__asm__ volatile("sfence.vma %0, %1" : : "r"(va), "r"(asid) : "memory");
}

static ALWAYS_INLINE void use(u64 *top, u64 asid)
{
	u64 satp = (u64)MODE << 60 | asid << 44 | (u64)top >> 12;

	__asm__ volatile("csrw satp, %0" : : "r"(satp) : "memory");
}

#endif

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every kind of store to a table is seen, and one that changes nothing is none.
 *
 * cpu: zicboz=on
 * expect: unknown valid read halves by halves level 0 hart 0 by 0 count 1
 * expect: unknown valid read bytes by bytes level 0 hart 0 by 0 count 1
 * expect: unknown valid read swap by swap level 0 hart 0 by 0 count 1
 * expect: unknown upgrade write or by or level 0 hart 0 by 0 count 1
 * expect: unknown valid read conditional by conditional level 0 hart 0 by 0 count 1
 * expect: unknown valid read misaligned by misaligned level 0 hart 0 by 0 count 1
 * expect: harmless unmapped read zero by - level 0 hart 0 by 0 count 1
 * expect: unknown valid read alias by alias level 0 hart 0 by 0 count 1
 */
#include "guest.h"

static ALWAYS_INLINE u64 leaf(u64 pa)
{
	return pa >> 12 << 10 | RW;
}

/* The half with V last */
scenario static void halves(void)
{
	u64 at = (u64)entry(VA(0), 0);
	u64 pte = leaf(page(0));

	__asm__ volatile("sw %1, 4(%0)\n"
			 "sw %2, 0(%0)" : : "r"(at), "r"(pte >> 32), "r"(pte) : "memory");
	read(VA(0));
}

scenario static void bytes(void)
{
	u64 at = (u64)entry(VA(1), 0);
	u64 pte = leaf(page(0));

	store((u64 *)at, pte & ~0xfful);
	fence_all();
	__asm__ volatile("sb %1, 0(%0)" : : "r"(at), "r"(pte) : "memory");
	read(VA(1));
}

scenario static void swap(void)
{
	u64 at = (u64)entry(VA(2), 0);

	__asm__ volatile("amoswap.d zero, %1, (%0)" : : "r"(at), "r"(leaf(page(0))) : "memory");
	read(VA(2));
}

scenario static void or(void)
{
	u64 *at = entry(VA(3), 0);

	set(at, page(0), V | R | A);
	fence_all();
	__asm__ volatile("amoor.d zero, %1, (%0)" : : "r"(at), "r"(W | D) : "memory");
	write(VA(3));
}

scenario static void conditional(void)
{
	u64 at = (u64)entry(VA(4), 0);
	u64 failed;

	__asm__ volatile("lr.d %0, (%1)\n"
			 "sc.d %0, %2, (%1)"
			 : "=&r"(failed) : "r"(at), "r"(leaf(page(0))) : "memory");
	if (failed)
		fail();
	read(VA(4));
}

/* A conditional store that fails stores nothing */
scenario static void conditional_failed(void)
{
	u64 *at = entry(VA(5), 0);
	u64 failed;

	set(at, page(0), RW);
	fence_all();
	__asm__ volatile("lr.d %0, (%1)\n"
			 "sd %2, 0(%1)\n"
			 "sc.d %0, %3, (%1)"
			 : "=&r"(failed) : "r"(at), "r"(*at), "r"(0ul) : "memory");
	if (failed)
		read(VA(5));
}

/* 8 bytes from the middle of one entry to that of the next */
scenario static void misaligned(void)
{
	u64 at = (u64)entry(VA(6), 0);
	u64 pte = leaf(page(0));

	store((u64 *)at, pte);
	store((u64 *)at + 1, pte >> 32 << 32);
	fence_all();
	__asm__ volatile("sd %1, 4(%0)" : : "r"(at), "r"(pte << 32 | pte >> 32) : "memory");
	read(VA(6) + PAGE);
}

scenario static void unchanged(void)
{
	u64 *at = entry(VA(7), 0);

	set(at, page(0), RW);
	fence_all();
	set(at, page(0), RW);
	read(VA(7));
}

/* Reaches the table by an address of the upper half, as a kernel does */
scenario static void zero(void)
{
	u64 *table = entry(VA(8), 0);
	u64 *window = entry(VA(9), 0);

	set(window, (u64)table, RW);
	set(table, page(0), RW);
	fence_all();
	read(VA(8));
	__asm__ volatile(".insn i 0x0f, 2, x0, %0, 4" : : "r"(VA(9)) : "memory");
	read(VA(8));
}

scenario static void alias(void)
{
	u64 *table = entry(VA(10), 0);
	u64 *window = entry(VA(11), 0);

	set(window, (u64)table, RW);
	fence_all();
	store((u64 *)VA(11), leaf(page(0)));
	read(VA(10));
}

void main(void)
{
	halves();
	bytes();
	swap();
	or();
	conditional();
	conditional_failed();
	misaligned();
	unchanged();
	zero();
	alias();
}

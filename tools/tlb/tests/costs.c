// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the cost model counts between marks, with an L1 of two entries and an L2 of four that
 * holds 4K alone (costs.models). Page tables are read as often as they have levels, once less for
 * a mapping of 2 MiB.
 *
 * cost: other:64K
 * expect: tables operation 1 times 7 accesses 4 l1 4 l2 3 shorter 0
 * expect: tables operation 2 times 8 accesses 2 l1 1 l2 1 shorter 0
 * expect: tables operation 3 times 9 accesses 3 l1 2 l2 2 shorter 2
 * expect: other:64K operation 1 times 7 accesses 4 l1 1 l2 1 shorter 0
 * expect: other:64K operation 2 times 8 accesses 2 l1 1 l2 1 shorter 0
 * expect: other:64K operation 3 times 9 accesses 3 l1 3 l2 3 shorter 0
 */
#include "guest.h"

#define HUGE		(2ul << 20)

static ALWAYS_INLINE void begin(u64 operation)
{
	__asm__ volatile("slti x0, %0, 0x501" : : "r"(operation) : "memory");
}

static ALWAYS_INLINE void end(u64 times)
{
	__asm__ volatile("slti x0, %0, 0x502" : : "r"(times) : "memory");
}

/* The third page replaces the first in the L1; the L2 has it still */
scenario static void replaces(void)
{
	begin(1);
	read(VA(0));
	read(VA(0) + PAGE);
	read(VA(0) + 2 * PAGE);
	read(VA(0));
	end(7);
}

/* The first page is there, the second was fenced in both */
scenario static void fences(void)
{
	fence_address(VA(0) + PAGE);
	begin(2);
	read(VA(0));
	read(VA(0) + PAGE);
	end(8);
}

/* Two mappings of 2 MiB, and two pages in one of them */
scenario static void large(void)
{
	begin(3);
	read(VA(1));
	read(VA(1) + HUGE);
	read(VA(1) + HUGE + 16 * PAGE);
	end(9);
}

void main(void)
{
	for (int i = 0; i < 3; i++)
		set(entry(VA(0) + i * PAGE, 0), page(i), RW);
	for (int i = 0; i < 2; i++)
		set(entry(VA(1) + i * HUGE, 1), RAM, RW);
	fence_all();
	begin(0);
	replaces();
	fences();
	large();
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Entries that were valid and changed.
 *
 * expect: would kill stale read remapped by remapped level 0 hart 0 by 0 count 1
 * expect: would kill stale read remapped_later by remapped_later level 0 hart 0 by 0 count 1
 * expect: unknown valid read mapped_again by mapped_again level 0 hart 0 by 0 count 1
 * expect: unknown valid read mapped_elsewhere by mapped_elsewhere level 0 hart 0 by 0 count 1
 * expect: unknown upgrade write permitted by permitted level 0 hart 0 by 0 count 1
 * expect: harmless unmapped read unmapped by unmapped level 0 hart 0 by 0 count 1
 * expect: harmless unmapped write forbidden by forbidden level 0 hart 0 by 0 count 1
 * expect: would kill stale read other_table by other_table level 1 hart 0 by 0 count 1
 * expect: would kill stale read collapsed by collapsed level 1 hart 0 by 0 count 1
 */
#include "guest.h"

static u64 table[512] __attribute__((aligned(4096)));

scenario static void remapped(void)
{
	u64 *at = entry(VA(0), 0);

	set(at, page(0), RW);
	fence_all();
	set(at, page(1), RW);
	read(VA(0));
}

scenario static void remapped_fenced(void)
{
	u64 *at = entry(VA(1), 0);

	set(at, page(0), RW);
	fence_all();
	set(at, page(1), RW);
	fence_address(VA(1));
	read(VA(1));
}

/* The invalid entry between the two was not fenced either */
scenario static void remapped_later(void)
{
	u64 *at = entry(VA(2), 0);

	set(at, page(0), RW);
	fence_all();
	store(at, 0);
	set(at, page(1), RW);
	read(VA(2));
}

/* The same memory again: what was there before is right, what was between traps */
scenario static void mapped_again(void)
{
	u64 *at = entry(VA(3), 0);

	set(at, page(0), RW);
	fence_all();
	store(at, 0);
	set(at, page(0), RW);
	read(VA(3));
}

/* Unmapped with a fence, mapped without one */
scenario static void mapped_elsewhere(void)
{
	u64 *at = entry(VA(4), 0);

	set(at, page(0), RW);
	fence_all();
	store(at, 0);
	fence_all();
	set(at, page(1), RW);
	read(VA(4));
}

scenario static void permitted(void)
{
	u64 *at = entry(VA(5), 0);

	set(at, page(0), V | R | A);
	fence_all();
	set(at, page(0), RW);
	write(VA(5));
}

/* Loads were permitted before */
scenario static void permitted_read(void)
{
	u64 *at = entry(VA(6), 0);

	set(at, page(0), V | R | A);
	fence_all();
	set(at, page(0), RW);
	read(VA(6));
}

scenario static void reduced_read(void)
{
	u64 *at = entry(VA(7), 0);

	set(at, page(0), RW);
	fence_all();
	set(at, page(0), V | R | A);
	read(VA(7));
}

scenario static void unmapped(void)
{
	u64 *at = entry(VA(8), 0);

	set(at, page(0), RW);
	fence_all();
	store(at, 0);
	read(VA(8));
}

scenario static void unmapped_fenced(void)
{
	u64 *at = entry(VA(9), 0);

	set(at, page(0), RW);
	fence_all();
	store(at, 0);
	fence_all();
	read(VA(9));
}

scenario static void forbidden(void)
{
	u64 *at = entry(VA(10), 0);

	set(at, page(0), RW);
	fence_all();
	set(at, page(0), V | R | A);
	write(VA(10));
}

scenario static void never_mapped(void)
{
	read(VA(11));
}

/* An entry leads to another table, whose leaf maps other memory */
scenario static void other_table(void)
{
	u64 *at = entry(VA(12), 0);
	u64 *above = entry(VA(12), 1);

	set(at, page(0), RW);
	set(table, page(1), RW);
	fence_all();
	set(above, (u64)table, V);
	fence_address(VA(12));
	read(VA(12));
}

/* A table gives way to one large page; a fence by address leaves the table unordered */
scenario static void collapsed(void)
{
	u64 *at = entry(VA(13), 0);
	u64 *above = entry(VA(13), 1);

	set(at, page(0), RW);
	fence_all();
	set(above, 0x80000000, RW);
	fence_address(VA(13));
	read(VA(13));
}

void main(void)
{
	remapped();
	remapped_fenced();
	remapped_later();
	mapped_again();
	mapped_elsewhere();
	permitted();
	permitted_read();
	reduced_read();
	unmapped();
	unmapped_fenced();
	forbidden();
	never_mapped();
	other_table();
	collapsed();
	if (faults != 4)
		fail();
}

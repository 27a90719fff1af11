// SPDX-License-Identifier: GPL-2.0-only
/*
 * A NAPOT range is one leaf for fences, whatever entry of the 16 a hart read.
 *
 * cpu: svnapot=on
 * expect: unknown valid read missing by map level 0 hart 0 by 0 count 1
 * expect: unknown valid read outside by map level 0 hart 0 by 0 count 1
 * expect: would kill stale read moved by map level 0 hart 0 by 0 count 1
 */
#include "guest.h"

#define NAPOT_64K	(8ul << 10)
#define ENTRIES		16

scenario static void map(u64 *at, u64 pa)
{
	for (int i = 0; i < ENTRIES; i++)
		set(at + i, pa, N | NAPOT_64K | RW);
}

scenario static void missing(void)
{
	u64 *at = entry(VA(0), 0);

	map(at, page(0));
	read(VA(0) + 3 * PAGE);
}

scenario static void any_address(void)
{
	u64 *at = entry(VA(1), 0);

	map(at, page(0));
	fence_address(VA(1) + 15 * PAGE);
	read(VA(1) + 2 * PAGE);
}

scenario static void outside(void)
{
	u64 *at = entry(VA(2), 0);

	map(at, page(0));
	fence_address(VA(2) + 16 * PAGE);
	read(VA(2));
}

/* Where a page lies in the range does not change when the range is made of single pages */
scenario static void same_memory(void)
{
	u64 *at = entry(VA(3), 0);

	for (int i = 0; i < ENTRIES; i++)
		set(at + i, page(0) + i * PAGE, RW);
	fence_all();
	map(at, page(0));
	read(VA(3) + 7 * PAGE);
}

scenario static void moved(void)
{
	u64 *at = entry(VA(4), 0);

	map(at, page(0));
	fence_all();
	map(at, page(1));
	read(VA(4) + 7 * PAGE);
}

void main(void)
{
	missing();
	any_address();
	outside();
	same_memory();
	moved();
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Svvptc promises that an entry that became valid is seen soon; not one that became more.
 *
 * plugin: svvptc=on
 * expect: would kill stale read stale by stale level 0 hart 0 by 0 count 1
 * expect: would kill stale read stale_later by stale_later level 0 hart 0 by 0 count 1
 * expect: unknown upgrade write permitted by permitted level 0 hart 0 by 0 count 1
 */
#include "guest.h"

scenario static void valid(void)
{
	u64 *at = entry(VA(0), 0);

	set(at, page(0), RW);
	read(VA(0));
}

scenario static void valid_table(void)
{
	u64 *leaf = entry(VA(1), 0);
	u64 *above = entry(VA(1), 1);
	u64 value = *above;

	store(above, 0);
	fence_all();
	set(leaf, page(0), RW);
	store(above, value);
	read(VA(1));
}

scenario static void stale(void)
{
	u64 *at = entry(VA(2), 0);

	set(at, page(0), RW);
	fence_all();
	set(at, page(1), RW);
	read(VA(2));
}

scenario static void stale_later(void)
{
	u64 *at = entry(VA(3), 0);

	set(at, page(0), RW);
	fence_all();
	store(at, 0);
	set(at, page(1), RW);
	read(VA(3));
}

scenario static void permitted(void)
{
	u64 *at = entry(VA(4), 0);

	set(at, page(0), V | R | A);
	fence_all();
	set(at, page(0), RW);
	write(VA(4));
}

void main(void)
{
	valid();
	valid_table();
	stale();
	stale_later();
	permitted();
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each hart needs a fence of its own, after the store.
 *
 * expect: unknown valid read read_other by wrong_hart level 0 hart 1 by 0 count 1
 * expect: unknown valid read read_own by store_other level 0 hart 0 by 1 count 1
 * expect: unknown valid read read_both by both level 0 hart 0 by 0 count 2
 */
#include "guest.h"

scenario static void read_other(void)
{
	read(VA(0));
}

/* Hart 0 fences what hart 1 uses */
scenario static void wrong_hart(void)
{
	u64 *at = entry(VA(0), 0);

	set(at, page(0), RW);
	fence_all();
	read(VA(0));
	run_on_1(read_other);
}

scenario static void fence_other(void)
{
	fence_all();
	read(VA(1));
}

scenario static void right_hart(void)
{
	u64 *at = entry(VA(1), 0);

	set(at, page(0), RW);
	run_on_1(fence_other);
}

static u64 *shared;

scenario static void store_other(void)
{
	set(shared, page(0), RW);
	fence_all();
}

scenario static void read_own(void)
{
	read(VA(2));
}

/* Hart 1 stores and fences, hart 0 does not */
scenario static void fence_of_the_storing_hart(void)
{
	shared = entry(VA(2), 0);
	run_on_1(store_other);
	read_own();
}

scenario static void read_both(void)
{
	read(VA(3));
}

/* One record, two harts */
scenario static void both(void)
{
	u64 *at = entry(VA(3), 0);

	set(at, page(0), RW);
	read_both();
	run_on_1(read_both);
}

void main(void)
{
	wrong_hart();
	right_hart();
	fence_of_the_storing_hart();
	both();
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fences by ASID, which spare global mappings, and ASIDs that come and go.
 *
 * expect: unknown valid read global by global level 0 hart 0 by 0 count 1
 * expect: unknown valid read global_above by global_above level 0 hart 0 by 0 count 1
 * expect: unknown valid read other_asid by other_asid level 0 hart 0 by 0 count 1
 * expect: unknown valid read global_address by global_address level 0 hart 0 by 0 count 1
 * expect: unknown valid read other_asid_address by other_asid_address level 0 hart 0 by 0 count 1
 * expect: unknown valid read used_before by used_before level 0 hart 0 by 0 count 1
 * expect: unknown valid read used_at_fence by used_at_fence level 0 hart 0 by 0 count 1
 */
#include "guest.h"

scenario static void own_asid(void)
{
	u64 *at = entry(VA(0), 0);

	set(at, page(0), RW);
	fence_asid(0);
	read(VA(0));
}

scenario static void global(void)
{
	u64 *at = entry(VA(1), 0);

	set(at, page(0), RW | G);
	fence_asid(0);
	read(VA(1));
}

/* G of a table holds for all below */
scenario static void global_above(void)
{
	u64 *at = entry(VA(2), 0);
	u64 *above = entry(VA(2), 1);

	store(above, *above | G);
	fence_all();
	set(at, page(0), RW);
	fence_asid(0);
	read(VA(2));
}

scenario static void other_asid(void)
{
	u64 *at = entry(VA(3), 0);

	set(at, page(0), RW);
	fence_asid(7);
	read(VA(3));
}

scenario static void address_and_asid(void)
{
	u64 *at = entry(VA(4), 0);

	set(at, page(0), RW);
	fence_address_asid(VA(4), 0);
	read(VA(4));
}

scenario static void global_address(void)
{
	u64 *at = entry(VA(5), 0);

	set(at, page(0), RW | G);
	fence_address_asid(VA(5), 0);
	read(VA(5));
}

scenario static void other_asid_address(void)
{
	u64 *at = entry(VA(6), 0);

	set(at, page(0), RW);
	fence_address_asid(VA(6), 7);
	read(VA(6));
}

scenario static void global_address_all(void)
{
	u64 *at = entry(VA(7), 0);

	set(at, page(0), RW | G);
	fence_address(VA(7));
	read(VA(7));
}

/* A hart holds nothing of an ASID that it has not used since it fenced it */
scenario static void new_asid(void)
{
	u64 *at = entry(VA(8), 0);

	set(at, page(0), RW);
	use(root(), 1);
	read(VA(8));
	use(root(), 0);
}

scenario static void used_before(void)
{
	u64 *at = entry(VA(9), 0);

	use(root(), 2);
	use(root(), 0);
	set(at, page(0), RW);
	use(root(), 2);
	read(VA(9));
	use(root(), 0);
}

/* The fence came while the ASID was in use, which it was for a while after it */
scenario static void used_at_fence(void)
{
	u64 *at = entry(VA(10), 0);

	use(root(), 3);
	fence_all();
	use(root(), 0);
	set(at, page(0), RW);
	use(root(), 3);
	read(VA(10));
	use(root(), 0);
}

scenario static void fenced_before_use(void)
{
	u64 *at = entry(VA(11), 0);

	use(root(), 4);
	use(root(), 0);
	fence_all();
	set(at, page(0), RW);
	use(root(), 4);
	read(VA(11));
	use(root(), 0);
}

void main(void)
{
	own_asid();
	global();
	global_above();
	other_asid();
	address_and_asid();
	global_address();
	other_asid_address();
	global_address_all();
	new_asid();
	used_before();
	used_at_fence();
	fenced_before_use();
}

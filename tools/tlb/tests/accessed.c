// SPDX-License-Identifier: GPL-2.0-only
/*
 * A and D that software sets (Svade): a hart that holds the entry as it was traps.
 *
 * cpu: svade=on
 * expect: unknown upgrade read accessed by accessed level 0 hart 0 by 0 count 1
 * expect: unknown upgrade write dirty by dirty level 0 hart 0 by 0 count 1
 */
#include "guest.h"

scenario static void accessed(void)
{
	u64 *at = entry(VA(0), 0);

	set(at, page(0), V | R | W | D);
	fence_all();
	set(at, page(0), RW);
	read(VA(0));
}

scenario static void accessed_fenced(void)
{
	u64 *at = entry(VA(1), 0);

	set(at, page(0), V | R | W | D);
	fence_all();
	set(at, page(0), RW);
	fence_address(VA(1));
	read(VA(1));
}

scenario static void dirty(void)
{
	u64 *at = entry(VA(2), 0);

	set(at, page(0), V | R | W | A);
	fence_all();
	set(at, page(0), RW);
	write(VA(2));
}

/* A load needs no D */
scenario static void dirty_read(void)
{
	u64 *at = entry(VA(3), 0);

	set(at, page(0), V | R | W | A);
	fence_all();
	set(at, page(0), RW);
	read(VA(3));
}

void main(void)
{
	accessed();
	accessed_fenced();
	dirty();
	dirty_read();
}

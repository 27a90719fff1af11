// SPDX-License-Identifier: GPL-2.0-only
/*
 * A and D that the hart sets itself (Svadu) need no fence. Cleared without one, they are not set
 * again for certain, which no access notices.
 *
 * cpu: svadu=on,svade=off
 * build: -DHARDWARE_UPDATES
 */
#include "guest.h"

scenario static void set_by_the_hart(void)
{
	u64 *at = entry(VA(0), 0);

	set(at, page(0), V | R | W);
	fence_all();
	read(VA(0));
	write(VA(0));
	if (faults)
		fail();
}

scenario static void cleared(void)
{
	u64 *at = entry(VA(1), 0);

	set(at, page(0), RW);
	fence_all();
	set(at, page(0), V | R | W);
	write(VA(1));
}

void main(void)
{
	set_by_the_hart();
	cleared();
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Linux since 6.10: handle_exception fences if the bit of the hart is set. The symbols are Linux's.
 *
 * expect: absorbed valid read bit_set by bit_set level 0 hart 0 by 0 count 1
 * expect: would kill valid read bit_clear by bit_clear level 0 hart 0 by 0 count 1
 * expect: would kill valid read set_before by set_before level 0 hart 0 by 0 count 1
 * expect: would kill valid read bit_of_another by bit_of_another level 0 hart 0 by 0 count 1
 * expect: would kill valid read no_handler by no_handler level 0 hart 0 by 0 count 1
 */
#include "guest.h"

u64 new_valid_map_cpus[1];
u64 __cpuid_to_hartid_map[2];
unsigned int nr_cpu_ids;

__attribute__((naked, aligned(4))) void handle_exception(void)
{
	__asm__ volatile("sret");
}

scenario static void no_handler(void)
{
	u64 *at = entry(VA(0), 0);

	set(at, page(0), RW);
	read(VA(0));
}

scenario static void bit_set(void)
{
	u64 *at = entry(VA(1), 0);

	set(at, page(0), RW);
	store(new_valid_map_cpus, 2);
	read(VA(1));
}

scenario static void bit_clear(void)
{
	u64 *at = entry(VA(2), 0);

	set(at, page(0), RW);
	store(new_valid_map_cpus, 0);
	read(VA(2));
}

scenario static void bit_of_another(void)
{
	u64 *at = entry(VA(3), 0);

	set(at, page(0), RW);
	store(new_valid_map_cpus, 1);
	read(VA(3));
}

/* Another trap may have used up the mark */
scenario static void set_before(void)
{
	u64 *at = entry(VA(4), 0);

	store(new_valid_map_cpus, 2);
	set(at, page(0), RW);
	read(VA(4));
}

/* CPU 0 is hart 1 and CPU 1 hart 0 */
void main(void)
{
	store(__cpuid_to_hartid_map, 1);
	store(__cpuid_to_hartid_map + 1, 0);
	*(volatile unsigned int *)&nr_cpu_ids = 2;
	no_handler();
	__asm__ volatile("csrw stvec, %0" : : "r"(handle_exception) : "memory");
	bit_set();
	bit_clear();
	bit_of_another();
	set_before();
}

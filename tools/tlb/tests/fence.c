// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fences of everything and by address.
 *
 * expect: unknown valid read missing by missing level 0 hart 0 by 0 count 1
 * expect: unknown valid write missing_write by missing_write level 0 hart 0 by 0 count 1
 * expect: unknown valid fetch - by missing_fetch level 0 hart 0 by 0 count 1
 * expect: unknown valid read before by before level 0 hart 0 by 0 count 1
 * expect: unknown valid read other_address by other_address level 0 hart 0 by 0 count 1
 * expect: unknown valid read address_table by address_table level 1 hart 0 by 0 count 1
 * expect: unknown valid read address_table_above by address_table_above level 2 hart 0 by 0 count 1
 * expect: unknown valid read read_page by each_page level 1 hart 0 by 0 count 3
 * expect: unknown valid read once by once level 0 hart 0 by 0 count 1
 * expect: unknown valid read crossing by crossing level 0 hart 0 by 0 count 1
 */
#include "guest.h"

scenario static void missing(void)
{
	u64 *at = entry(VA(0), 0);

	set(at, page(0), RW);
	read(VA(0));
}

scenario static void missing_write(void)
{
	u64 *at = entry(VA(1), 0);

	set(at, page(0), RW);
	write(VA(1));
}

/* What is fetched in the upper half; returns at once */
__attribute__((naked, aligned(4096))) static void target(void)
{
	__asm__ volatile("ret");
}

scenario static void missing_fetch(void)
{
	u64 *at = entry(VA(2), 0);

	set(at, (u64)target, RX);
	((void (*)(void))VA(2))();
}

scenario static void fenced_fetch(void)
{
	u64 *at = entry(VA(3), 0);

	set(at, (u64)target, RX);
	fence_all();
	((void (*)(void))VA(3))();
}

scenario static void fenced(void)
{
	u64 *at = entry(VA(4), 0);

	set(at, page(0), RW);
	fence_all();
	read(VA(4));
}

scenario static void before(void)
{
	u64 *at = entry(VA(5), 0);

	fence_all();
	set(at, page(0), RW);
	read(VA(5));
}

scenario static void address(void)
{
	u64 *at = entry(VA(6), 0);

	set(at, page(0), RW);
	fence_address(VA(6) + 8);
	read(VA(6));
}

scenario static void other_address(void)
{
	u64 *at = entry(VA(7), 0);

	set(at, page(0), RW);
	fence_address(VA(7) + PAGE);
	read(VA(7));
}

/* A fence by address leaves tables that lie above the leaf unordered */
scenario static void address_table(void)
{
	u64 *leaf = entry(VA(8), 0);
	u64 *table = entry(VA(8), 1);
	u64 value = *table;

	store(table, 0);
	fence_all();
	set(leaf, page(0), RW);
	store(table, value);
	fence_address(VA(8));
	read(VA(8));
}

scenario static void address_table_above(void)
{
	u64 *leaf = entry(VA(9), 0);
	u64 *table = entry(VA(9), 2);
	u64 value = *table;

	store(table, 0);
	fence_all();
	set(leaf, page(0), RW);
	store(table, value);
	fence_address(VA(9));
	read(VA(9));
}

scenario static void all_table(void)
{
	u64 *leaf = entry(VA(10), 0);
	u64 *table = entry(VA(10), 1);
	u64 value = *table;

	store(table, 0);
	fence_all();
	set(leaf, page(0), RW);
	store(table, value);
	fence_all();
	read(VA(10));
}

scenario static void read_page(u64 va)
{
	read(va);
}

/* One table, three pages */
scenario static void each_page(void)
{
	u64 *leaf = entry(VA(11), 0);
	u64 *table = entry(VA(11), 1);
	u64 value = *table;

	store(table, 0);
	fence_all();
	for (int i = 0; i < 3; i++)
		set(leaf + i, page(0), RW);
	store(table, value);
	for (int i = 0; i < 3; i++)
		read_page(VA(11) + i * PAGE);
}

/* Any address of a superpage will do */
scenario static void superpage(void)
{
	u64 *at = entry(VA(12), 1);

	set(at, 0x80000000, RW);
	fence_address(VA(12) + 5 * PAGE);
	read(VA(12) + 9 * PAGE);
}

/* The hart has seen it then */
scenario static void once(void)
{
	u64 *at = entry(VA(13), 0);

	set(at, page(0), RW);
	for (int i = 0; i < 3; i++)
		read(VA(13));
	write(VA(13) + 16);
}

/* The second page of an access is one, too */
scenario static void crossing(void)
{
	u64 *at = entry(VA(14), 0);

	set(at, page(0), RW);
	fence_all();
	set(at + 1, page(1), RW);
	read(VA(14) + PAGE - 4);
}

void main(void)
{
	missing();
	missing_write();
	missing_fetch();
	fenced_fetch();
	fenced();
	before();
	address();
	other_address();
	address_table();
	address_table_above();
	all_table();
	each_page();
	superpage();
	once();
	crossing();
}

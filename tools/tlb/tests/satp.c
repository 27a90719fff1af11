// SPDX-License-Identifier: GPL-2.0-only
/*
 * A write of satp orders nothing: other tables with the same ASID are a change like any other.
 *
 * expect: unknown valid read same_asid by use_tables level top hart 0 by 0 count 1
 * expect: would kill stale read elsewhere by use_tables level top hart 0 by 0 count 1
 * expect: unknown valid read back by back level 0 hart 0 by 0 count 1
 */
#include "guest.h"

/* Keeps the store of the records apart from the scenario */
scenario static void use_tables(u64 *top, u64 asid)
{
	use(top, asid);
}

static u64 *tables_with(u64 va, u64 pa)
{
	u64 *top = new_root();

	set(entry_of(top, va, 0), pa, RW);
	return top;
}

scenario static void same_asid(void)
{
	use_tables(tables_with(VA(0), page(0)), 0);
	read(VA(0));
	use_tables(root(), 0);
	fence_all();
}

scenario static void same_asid_fenced(void)
{
	use_tables(tables_with(VA(1), page(0)), 0);
	fence_all();
	read(VA(1));
	use_tables(root(), 0);
	fence_all();
}

scenario static void elsewhere(void)
{
	u64 *top = tables_with(VA(2), page(1));
	u64 *at = entry(VA(2), 0);

	set(at, page(0), RW);
	fence_all();
	use_tables(top, 0);
	read(VA(2));
	use_tables(root(), 0);
	fence_all();
}

/* What both tables map alike is the same from either */
scenario static void alike(void)
{
	u64 *top = tables_with(VA(3), page(0));
	u64 *at = entry(VA(3), 0);

	set(at, page(0), RW);
	fence_all();
	use_tables(top, 0);
	read(VA(3));
	use_tables(root(), 0);
	fence_all();
}

/* The tables that were left change; the hart has seen what was there before */
scenario static void left(void)
{
	u64 *top = tables_with(VA(8), page(0));
	u64 *at = entry(VA(8), LEVELS - 1);
	u64 *leaf = entry(VA(8), 0);
	u64 value = *at;

	set(leaf, page(0), RW);
	fence_all();
	use_tables(top, 0);
	store(at, 0);
	read(VA(8));
	store(at, value);
	use_tables(root(), 0);
	fence_all();
}

scenario static void own_asid(void)
{
	use_tables(tables_with(VA(4), page(0)), 5);
	read(VA(4));
	use_tables(root(), 0);
}

/* A fence after the hart left the tables, even one that is older than the change */
scenario static void left_and_fenced(void)
{
	u64 *top = new_root();
	u64 *at = entry_of(top, VA(9), 0);

	set(at, page(0), RW | G);
	use_tables(tables_with(VA(10), page(0)), 8);
	use_tables(root(), 0);
	fence_all();
	use_tables(top, 8);
	read(VA(9));
	use_tables(root(), 0);
}

/* A store to tables that no hart uses now, by a hart that did */
scenario static void back(void)
{
	u64 *top = tables_with(VA(5), page(0));
	u64 *at = entry_of(top, VA(5), 0);

	store(at, 0);
	use_tables(top, 6);
	use_tables(root(), 0);
	set(at, page(0), RW);
	use_tables(top, 6);
	read(VA(5));
	use_tables(root(), 0);
}

/* No hart could see that the entry was invalid for a while */
scenario static void reused(void)
{
	u64 *top = tables_with(VA(7), page(0));
	u64 *above = entry_of(top, VA(7), LEVELS - 1);
	u64 value = *above;

	use_tables(top, 7);
	use_tables(root(), 0);
	store(above, 0);
	store(above, value | G);
	use_tables(top, 7);
	read(VA(7));
	use_tables(root(), 0);
}

/* A mode that the hart does not have leaves satp as it is */
scenario static void probe(void)
{
	u64 *at = entry(VA(6), 0);

	set(at, page(0), RW);
	fence_all();
	__asm__ volatile("csrw satp, %0" : : "r"(15ul << 60 | (u64)root() >> 12) : "memory");
	read(VA(6));
}

void main(void)
{
	same_asid();
	same_asid_fenced();
	elsewhere();
	alike();
	left();
	own_asid();
	left_and_fenced();
	back();
	probe();
	reused();
}

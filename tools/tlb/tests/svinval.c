// SPDX-License-Identifier: GPL-2.0-only
/*
 * SINVAL.VMA orders what SFENCE.W.INVAL before it has, once SFENCE.INVAL.IR follows.
 *
 * cpu: svinval=on
 * expect: unknown valid read no_w_inval by no_w_inval level 0 hart 0 by 0 count 1
 * expect: unknown valid read no_inval_ir by no_inval_ir level 0 hart 0 by 0 count 1
 * expect: unknown valid read late_store by late_store level 0 hart 0 by 0 count 1
 * expect: unknown valid read table by table level 1 hart 0 by 0 count 1
 */
#include "guest.h"

static ALWAYS_INLINE void sfence_w_inval(void)
{
	__asm__ volatile(".4byte 0x18000073" : : : "memory");
}

static ALWAYS_INLINE void sfence_inval_ir(void)
{
	__asm__ volatile(".4byte 0x18100073" : : : "memory");
}

static ALWAYS_INLINE void sinval(u64 va)
{
	__asm__ volatile(".insn r 0x73, 0, 0x0b, x0, %0, x0" : : "r"(va) : "memory");
}

static ALWAYS_INLINE void sinval_all(void)
{
	__asm__ volatile(".4byte 0x16000073" : : : "memory");
}

scenario static void whole(void)
{
	u64 *at = entry(VA(0), 0);

	set(at, page(0), RW);
	sfence_w_inval();
	sinval(VA(0));
	sfence_inval_ir();
	read(VA(0));
}

scenario static void no_w_inval(void)
{
	u64 *at = entry(VA(1), 0);

	set(at, page(0), RW);
	sinval(VA(1));
	sfence_inval_ir();
	read(VA(1));
}

scenario static void no_inval_ir(void)
{
	u64 *at = entry(VA(2), 0);

	set(at, page(0), RW);
	sfence_w_inval();
	sinval(VA(2));
	read(VA(2));
	sfence_inval_ir();
}

scenario static void late_store(void)
{
	u64 *at = entry(VA(3), 0);

	sfence_w_inval();
	set(at, page(0), RW);
	sinval(VA(3));
	sfence_inval_ir();
	read(VA(3));
}

scenario static void many(void)
{
	u64 *at = entry(VA(4), 0);

	set(at, page(0), RW);
	set(at + 1, page(1), RW);
	sfence_w_inval();
	sinval(VA(4));
	sinval(VA(4) + PAGE);
	sfence_inval_ir();
	read(VA(4));
	read(VA(4) + PAGE);
}

scenario static void table(void)
{
	u64 *leaf = entry(VA(5), 0);
	u64 *above = entry(VA(5), 1);
	u64 value = *above;

	store(above, 0);
	fence_all();
	set(leaf, page(0), RW);
	store(above, value);
	sfence_w_inval();
	sinval(VA(5));
	sfence_inval_ir();
	read(VA(5));
}

scenario static void all(void)
{
	u64 *leaf = entry(VA(6), 0);
	u64 *above = entry(VA(6), 1);
	u64 value = *above;

	store(above, 0);
	fence_all();
	set(leaf, page(0), RW);
	store(above, value);
	sfence_w_inval();
	sinval_all();
	sfence_inval_ir();
	read(VA(6));
}

void main(void)
{
	whole();
	no_w_inval();
	no_inval_ir();
	late_store();
	many();
	table();
	all();
}

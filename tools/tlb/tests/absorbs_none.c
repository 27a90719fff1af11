// SPDX-License-Identifier: GPL-2.0-only
/*
 * Linux from 6.5 to 6.9 fences when it maps, and handles no trap that comes nevertheless.
 *
 * expect: would kill valid read vmalloc by vmalloc level 0 hart 0 by 0 count 1
 */
#include "guest.h"

__attribute__((used)) static const char linux_banner[33] = "Linux version 6.6.0";

__attribute__((naked, aligned(4))) void handle_exception(void)
{
	__asm__ volatile("sret");
}

scenario static void vmalloc(void)
{
	u64 *at = entry(VA(0), 0);

	set(at, page(0), RW);
	read(VA(0));
}

void main(void)
{
	__asm__ volatile("csrw stvec, %0" : : "r"(handle_exception) : "memory");
	vmalloc();
}

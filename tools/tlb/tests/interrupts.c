// SPDX-License-Identifier: GPL-2.0-only
/*
 * An interrupt saves registers below sp, to a page that the hart may hold no translation of. The
 * symbols are Linux's, moved as KASLR does.
 *
 * plugin: interrupts=on
 * expect: would kill valid write fresh by fresh level 0 hart 0 by 0 count 1
 * expect: would kill valid write marked by marked level 0 hart 0 by 0 count 1
 * expect: absorbed valid read touched by touched level 0 hart 0 by 0 count 1
 */
#include "guest.h"

#define SIE		2
#define SOFTWARE	2

u64 new_valid_map_cpus[1];
u64 __cpuid_to_hartid_map[1];
unsigned int nr_cpu_ids;

__attribute__((naked, aligned(4))) void handle_exception(void)
{
	__asm__ volatile("csrrw	tp, sscratch, tp\n"
			 "csrr	tp, sscratch\n"
#ifdef FENCES
			 "ld	t0, new_valid_map_cpus\n"
#endif
			 "csrw	sscratch, zero\n"
			 "csrci	sip, 2\n"
			 "sret");
}

/* From here on the plugin knows what the handler does */
scenario static void interrupt(void)
{
	__asm__ volatile("csrs	sie, %0\n"
			 "csrs	sip, %0\n"
			 "csrs	sstatus, %1\n"
			 "nop\n"
			 "csrc	sie, %0" : : "r"(SOFTWARE), "r"(SIE) : "t0", "memory");
}

/* A block begins there */
static ALWAYS_INLINE void run_with_sp(u64 sp)
{
	__asm__ volatile("mv	t0, sp\n"
			 "mv	sp, %0\n"
			 "j	1f\n"
			 "1:\n"
			 "mv	sp, t0\n"
			 "j	2f\n"
			 "2:\n" : : "r"(sp) : "t0", "memory");
}

/* The registers go to the page below, and those of the second block to the same */
scenario static void fresh(void)
{
	u64 *at = entry(VA(0), 0);

	set(at, page(0), RW);
	run_with_sp(VA(0) + PAGE + 0x20);
	run_with_sp(VA(0) + PAGE + 0x40);
}

scenario static void marked(void)
{
	u64 *at = entry(VA(1), 0);

	set(at, page(0), RW);
	store(new_valid_map_cpus, 1);
	run_with_sp(VA(1) + 0x200);
}

/* The hart has seen the page */
scenario static void touched(void)
{
	u64 *at = entry(VA(2), 0);

	set(at, page(0), RW);
	store(new_valid_map_cpus, 1);
	read(VA(2));
	run_with_sp(VA(2) + 0x200);
}

scenario static void fenced(void)
{
	u64 *at = entry(VA(3), 0);

	set(at, page(0), RW);
	fence_all();
	run_with_sp(VA(3) + 0x200);
}

/* No interrupt comes */
scenario static void masked(void)
{
	u64 *at = entry(VA(4), 0);

	set(at, page(0), RW);
	__asm__ volatile("csrc	sstatus, %0" : : "r"(SIE));
	run_with_sp(VA(4) + 0x200);
}

scenario static void run(void)
{
	store(__cpuid_to_hartid_map, 0);
	*(volatile unsigned int *)&nr_cpu_ids = 1;
	__asm__ volatile("csrw	sscratch, zero\n"
			 "csrw	stvec, %0" : : "r"(handle_exception) : "memory");
	interrupt();
	fresh();
	marked();
	touched();
	fenced();
	masked();
}

void main(void)
{
	map_upper();
	((void (*)(void))((u64)run + UPPER))();
}

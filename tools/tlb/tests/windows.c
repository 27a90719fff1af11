// SPDX-License-Identifier: GPL-2.0-only
/*
 * A trap while one is taken or returned from overwrites what it saved. As Linux does, sscratch is
 * 0 while the kernel runs.
 *
 * expect: would kill valid read handle_exception by entry_window level 0 hart 0 by 0 count 1
 * expect: unknown valid read saved by entry_window level 0 hart 0 by 0 count 1
 * expect: would kill valid read exit_sepc by exit_window level 0 hart 0 by 0 count 1
 * expect: unknown valid read returned by exit_window level 0 hart 0 by 0 count 1
 * expect: would kill valid read exit_sscratch by exit_window_sscratch level 0 hart 0 by 0 count 1
 */
#include "guest.h"

__attribute__((naked, aligned(4))) void handle_exception(void)
{
	__asm__ volatile("csrrw	tp, sscratch, tp\n"
			 "ld	t0, 0(s2)\n"
			 "csrw	sscratch, zero\n"
			 "j	saved");
}

/* Behind the ecall again */
__attribute__((naked)) void saved(void)
{
	__asm__ volatile("ld	t0, 0(s3)\n"
			 "csrr	t0, sepc\n"
			 "addi	t0, t0, 4\n"
			 "j	exit_sepc");
}

__attribute__((naked)) void exit_sepc(void)
{
	__asm__ volatile("csrw	sepc, t0\n"
			 "ld	t0, 0(s4)\n"
			 "sret");
}

scenario static void returned(u64 va)
{
	read(va);
}

/* Supervisor mode has no system call of its own: an illegal instruction traps */
static ALWAYS_INLINE void trap(u64 entry, u64 inner, u64 exit)
{
	register u64 s2 __asm__("s2") = entry;
	register u64 s3 __asm__("s3") = inner;
	register u64 s4 __asm__("s4") = exit;

	__asm__ volatile(".4byte 0" : : "r"(s2), "r"(s3), "r"(s4) : "t0", "memory");
}

scenario static void entry_window(void)
{
	u64 *at = entry(VA(0), 0);
	u64 *inner = entry(VA(1), 0);

	set(at, page(0), RW);
	set(inner, page(0), RW);
	trap(VA(0), VA(1), page(0));
}

scenario static void exit_window(void)
{
	u64 *at = entry(VA(2), 0);
	u64 *after = entry(VA(3), 0);

	set(at, page(0), RW);
	set(after, page(0), RW);
	trap(page(0), page(0), VA(2));
	returned(VA(3));
}

scenario static void exit_sscratch(u64 va)
{
	__asm__ volatile("csrw sscratch, %0" : : "r"(va) : "memory");
	read(va);
	__asm__ volatile("csrw sscratch, zero" : : : "memory");
}

scenario static void exit_window_sscratch(void)
{
	u64 *at = entry(VA(4), 0);

	set(at, page(0), RW);
	exit_sscratch(VA(4));
}

void main(void)
{
	__asm__ volatile("csrw sscratch, zero\n"
			 "csrw stvec, %0" : : "r"(handle_exception) : "memory");
	entry_window();
	exit_window();
	exit_window_sscratch();
}

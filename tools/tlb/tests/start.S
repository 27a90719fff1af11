/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Each hart comes here in machine mode, and goes on in guest_start() in supervisor mode with its
 * number. Page faults are delegated; trap() in the program takes them.
 */
#define STACK_SIZE	0x4000
#define MSTATUS_MPP_S	0x800

	.section .text.start, "ax"
	.globl _start
_start:
	csrr	a0, mhartid
	la	sp, stacks
	li	t0, STACK_SIZE
	addi	t1, a0, 1
	mul	t0, t0, t1
	add	sp, sp, t0
	li	t0, -1
	csrw	pmpaddr0, t0
	li	t0, 0x1f
	csrw	pmpcfg0, t0
	li	t0, -1
	csrw	mideleg, t0
	li	t0, 0xffff
	csrw	medeleg, t0
	li	t0, -1
	csrw	mcounteren, t0
#ifdef HARDWARE_UPDATES
	/* menvcfg.ADUE */
	li	t0, 1
	slli	t0, t0, 61
	csrs	0x30a, t0
#endif
	/* menvcfg.CBZE */
	li	t0, 0x80
	csrs	0x30a, t0
	la	t0, trap_entry
	csrw	stvec, t0
	li	t0, MSTATUS_MPP_S | 1 << 18
	csrw	mstatus, t0
	la	t0, guest_start
	csrw	mepc, t0
	mret

	.bss
	.balign	16
stacks:
	.skip	STACK_SIZE * 2

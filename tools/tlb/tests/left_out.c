// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the cost model leaves out: a hart while its idle task runs, but for the traps that it takes
 * meanwhile, and turns of a loop with a PAUSE. QEMU ends a block at a jump and at an access to a
 * CSR, and a block counts as what the hart is when it begins. The symbols are Linux's, moved as
 * KASLR does.
 *
 * cost: other:64K
 * expect: operation 1 instructions 17 idle 17 waiting 0
 * expect: operation 2 instructions 6 idle 0 waiting 12
 * expect: operation 3 instructions 222 idle 0 waiting 0
 * expect: operation 4 instructions 15 idle 0 waiting 0
 */
#include "guest.h"

#define PENDING		2			/* software interrupt, which is never taken */

#define BEGIN(number)	"li	t0, " #number "\n"		\
			"slti	x0, t0, 0x501\n"		\
			"j	1f\n"				\
			"1:\n"
#define END		"slti	x0, t0, 0x502\n"		\
			"j	1f\n"				\
			"1:\n"
#define PAUSE		".4byte	0x0100000f\n"

/* The task that runs next is in a1 */
__attribute__((naked)) void __switch_to(void)
{
	__asm__ volatile("ret");
}

__attribute__((naked, aligned(4))) void handle_exception(void)
{
	__asm__ volatile("csrr	t0, sepc\n"
			 "addi	t0, t0, 4\n"
			 "csrw	sepc, t0\n"
			 "sret");
}

/* Task 16 waits for interrupts; once that is known it is idle from its first instruction on */
__attribute__((naked)) void idle(void)
{
	__asm__ volatile("mv	t6, ra\n"
			 BEGIN(1)
			 "li	a1, 16\n"		/* 2 */
			 "jal	__switch_to\n"		/* and 1 */
			 "wfi\n"			/* and 2; from here on idle 1 */
			 "j	2f\n"
			 "2:\n"
			 ".rept	4\n"			/* idle 5 */
			 "nop\n"
			 ".endr\n"
			 "j	3f\n"
			 "3:\n"
			 ".4byte 0\n"			/* idle 1 and 1, and 3 */
			 "li	a1, 17\n"		/* idle 2 and 1 */
			 "jal	__switch_to\n"
			 ".rept	3\n"			/* 4 */
			 "nop\n"
			 ".endr\n"
			 "j	4f\n"
			 "4:\n"
			 "li	a1, 16\n"		/* 2 and 1 */
			 "jal	__switch_to\n"
			 ".rept	2\n"			/* idle 3 */
			 "nop\n"
			 ".endr\n"
			 "j	5f\n"
			 "5:\n"
			 "li	a1, 17\n"		/* idle 2 and 1 */
			 "jal	__switch_to\n"
			 END				/* 2 */
			 "jr	t6");
}

/* The first PAUSE of five is no turn yet */
scenario static void waits(void)
{
	__asm__ volatile(BEGIN(2)
			 "li	t1, 5\n"
			 "2:\n"
			 PAUSE
			 "addi	t1, t1, -1\n"
			 "bnez	t1, 2b\n"
			 END : : : "t0", "t1");
}

/* Turns of 73 instructions do more than wait */
scenario static void works(void)
{
	__asm__ volatile(BEGIN(3)
			 "li	t1, 3\n"
			 "2:\n"
			 PAUSE
			 ".rept	70\n"
			 "nop\n"
			 ".endr\n"
			 "addi	t1, t1, -1\n"
			 "bnez	t1, 2b\n"
			 END : : : "t0", "t1");
}

/* No turn from a PAUSE to the same */
scenario static void alternates(void)
{
	__asm__ volatile(BEGIN(4)
			 "li	t1, 3\n"
			 "2:\n"
			 PAUSE
			 PAUSE
			 "addi	t1, t1, -1\n"
			 "bnez	t1, 2b\n"
			 END : : : "t0", "t1");
}

static volatile int asleep;

/* Its instructions would be counted too, and no interrupt is enabled there */
static void sleep(void)
{
	asleep = 1;
	for (;;)
		__asm__ volatile("wfi");
}

void main(void)
{
	start_on_1(sleep);
	while (!asleep)
		;
	map_upper();
	/* One translation to compare with QEMU's */
	read(UPPER + RAM);
	__asm__ volatile("csrw	stvec, %0\n"
			 "csrs	sie, %1\n"
			 "csrs	sip, %1" : : "r"((u64)handle_exception + UPPER), "r"(PENDING));
	((void (*)(void))((u64)idle + UPPER))();
	waits();
	works();
	alternates();
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * KASLR: the kernel's image is not at its link address. So KASLR had a seed, and the other
 * tests of this guest test a kernel that was moved.
 *
 * KASLR moves it by whole PMDs (setup_vm() in arch/riscv/mm/init.c) from
 * KERNEL_LINK_ADDR, the last 2 GiB of the address space.
 */
#include "kernel_memory.h"
#include "kselftest.h"

#define LINK_ADDRESS	0xffffffff80000000UL
#define PMD_SIZE	(2UL << 20)

int main(void)
{
	unsigned long offset;

	ksft_print_header();
	kernel_memory_open();
	ksft_set_plan(1);
	offset = kernel_symbols.text - LINK_ADDRESS;
	/* The image starts with less than a PMD of other code */
	offset -= offset % PMD_SIZE;
	ksft_print_msg("fact kernel_offset %#lx\n", offset);
	ksft_test_result(offset, "the image is not at its link address\n");
	ksft_finished();
}

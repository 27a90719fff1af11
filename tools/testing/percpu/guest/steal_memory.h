/* SPDX-License-Identifier: GPL-2.0-only */
/* The memory where the host counts what it steals from a CPU, read behind the kernel's back. */
#ifndef STEAL_MEMORY_H
#define STEAL_MEMORY_H

/**
 * struct sta - sbi_sta_struct of a kernel tree
 * @sequence: odd while the host writes; one more before and after it does
 * @flags: none so far
 * @steal: ns since the memory was set
 * @rest: of what the host may write to
 */
struct sta {
	unsigned int sequence;
	unsigned int flags;
	unsigned long long steal;
	unsigned char rest[48];
};

unsigned long long steal_memory_find(int cpu);
struct sta steal_memory_read(unsigned long long phys);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* The memory where the host counts the time that it steals from a CPU. */
#ifndef STEAL_MEMORY_H
#define STEAL_MEMORY_H

/* sbi_sta_struct of a kernel tree */
struct sta {
	unsigned int sequence;		/* odd while the host writes */
	unsigned int flags;
	unsigned long long steal;	/* ns since the memory was registered */
	unsigned char rest[48];
};

unsigned long long steal_memory_find(int cpu);
struct sta steal_memory_read(unsigned long long phys);

#endif

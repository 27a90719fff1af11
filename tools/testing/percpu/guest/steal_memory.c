// SPDX-License-Identifier: GPL-2.0-only
/* steal_time, a per-CPU variable where the host counts the time that it steals. */
#include <string.h>

#include "kernel_memory.h"
#include "kselftest.h"
#include "steal_memory.h"

/*
 * Returns the physical address of a CPU's. Ends the test as skipped if the kernel has none,
 * as failed if it cannot be found.
 */
unsigned long long steal_memory_find(int cpu)
{
	unsigned long long phys;
	unsigned long offset;
	int err;

	if (!kernel_symbols.steal_time)
		ksft_exit_skip("/proc/kallsyms has no steal_time (PARAVIRT)\n");
	err = kernel_read_offset(cpu, &offset);
	if (!err)
		err = kernel_mapped_to_phys(kernel_symbols.steal_time + offset, &phys);
	if (err)
		ksft_exit_fail_msg("steal_time of cpu%d: %s\n", cpu, strerror(-err));
	return phys;
}

struct sta steal_memory_read(unsigned long long phys)
{
	struct sta sta;
	int err;

	err = kernel_read_phys(phys, &sta, sizeof(sta));
	if (err)
		ksft_exit_fail_msg("%#llx: %s\n", phys, strerror(-err));
	return sta;
}

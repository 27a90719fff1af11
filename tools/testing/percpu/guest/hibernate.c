// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel writes its image to a disk and restarts the machine, and the kernel that boots then
 * continues from the image. After that
 * - the CPUs that were online are online again;
 * - values in per-CPU memory, of a per-CPU map of BPF, are as before;
 * - the times of each CPU in /proc/stat, which are per-CPU too, continue.
 *
 * A kernel that does not resume starts init and this test again, and the disk is in use then.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/swap.h>
#include <unistd.h>

#include "kselftest.h"
#include "percpu_map.h"
#include "percpu_test.h"
#include "steal.h"
#include "suspend.h"

#define DISK		"/dev/vda"
#define PAGE_SIZE	4096	/* riscv has no other */
#define VALUE		0x7063000000000000ULL

/* include/linux/swap.h of a kernel tree, without what may be zero */
struct swap_header {
	char boot[1024];
	uint32_t version;
	uint32_t last_page;
	char rest[PAGE_SIZE - 1024 - 8 - 10];
	char magic[10];
};

static cpu_set_t possible, online;

static void need_swap(void)
{
	static struct swap_header header;
	int fd = open(DISK, O_RDWR | O_CLOEXEC | O_SYNC);

	if (fd < 0)
		ksft_exit_skip(DISK ": %s (VIRTIO_BLK)\n", strerror(errno));
	if (pread(fd, &header, sizeof(header), 0) != sizeof(header))
		ksft_exit_fail_msg(DISK ": %s\n", strerror(errno));
	if (*header.magic)
		ksft_exit_fail_msg("the kernel has not resumed from " DISK ", which has %.10s\n",
				   header.magic);
	header.version = 1;
	header.last_page = lseek(fd, 0, SEEK_END) / PAGE_SIZE - 1;
	memcpy(header.magic, "SWAPSPACE2", sizeof(header.magic));
	if (pwrite(fd, &header, sizeof(header), 0) != sizeof(header) || swapon(DISK, 0))
		ksft_exit_fail_msg(DISK ": swap: %s\n", strerror(errno));
	close(fd);
}

static int need_values(void)
{
	static uint64_t values[CPU_SETSIZE];
	int i, err, map = percpu_map_create(BPF_MAP_TYPE_PERCPU_ARRAY, sizeof(uint64_t), 1);

	for (i = 0; i < CPU_COUNT(&possible); i++)
		values[i] = VALUE + i;
	err = map < 0 ? map : percpu_map_update(map, 0, values);
	if (err)
		ksft_exit_fail_msg("per-CPU map: %s\n", strerror(-err));
	return map;
}

static bool has_values(int map)
{
	static uint64_t values[CPU_SETSIZE];
	int i, err = percpu_map_lookup(map, 0, values);
	bool ok = !err;

	for (i = 0; i < CPU_COUNT(&possible); i++) {
		ok &= values[i] == VALUE + i;
		ksft_print_msg("value %d is %#llx: %s\n", i, (unsigned long long)values[i],
			       strerror(-err));
	}
	return ok;
}

static void read_times(struct cpu_times times[CPU_SETSIZE])
{
	int cpu, err;

	for (cpu = next_cpu(-1, &online); cpu >= 0; cpu = next_cpu(cpu, &online)) {
		err = read_cpu_times(cpu, &times[cpu]);
		if (err)
			ksft_exit_fail_msg("/proc/stat: cpu%d: %s\n", cpu, strerror(-err));
	}
}

static bool times_continue(const struct cpu_times before[CPU_SETSIZE])
{
	static struct cpu_times after[CPU_SETSIZE];
	bool ok = true;
	int cpu;

	read_times(after);
	for (cpu = next_cpu(-1, &online); cpu >= 0; cpu = next_cpu(cpu, &online)) {
		ok &= after[cpu].user >= before[cpu].user && after[cpu].steal >= before[cpu].steal;
		ksft_print_msg("cpu%d: user %lld to %lld, stolen %lld to %lld\n", cpu,
			       before[cpu].user, after[cpu].user, before[cpu].steal,
			       after[cpu].steal);
	}
	return ok;
}

int main(void)
{
	static struct cpu_times times[CPU_SETSIZE];
	int map, err;

	begin_test();
	need_cpulist(CPU_DIR "/possible", &possible);
	need_cpulist(CPU_DIR "/online", &online);
	need_swap();
	map = need_values();
	read_times(times);

	err = write_value(POWER "/disk", "reboot");
	if (!err)
		err = suspend_to_disk();
	ksft_set_plan(4);
	ksft_test_result(!err, "the kernel resumes: %s\n", strerror(-err));
	ksft_test_result(all_online(&online), "CPUs are online\n");
	ksft_test_result(has_values(map), "per-CPU values are as before\n");
	ksft_test_result(times_continue(times), "times continue\n");
	ksft_finished();
}

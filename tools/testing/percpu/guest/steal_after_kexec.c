// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host stops counting stolen time in the memory of a kernel that kexec has replaced.
 *
 * Before kexec this finds the boot CPU's steal_time and sees the host write there.
 * It leaves the address in a file, which the next kernel has in its initramfs, and
 * has init reserve the page in the next kernel. So only the host can write to it then. The
 * next kernel must not ask for steal time itself, or the host stops for that reason.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kernel_memory.h"
#include "kselftest.h"
#include "percpu_test.h"
#include "steal.h"
#include "steal_memory.h"

#define ADDRESS		"/kexec/steal_time"
#define RESERVE		"/kexec/reserve"
#define PAGE_SIZE	4096UL	/* RISC-V has no other */
#define SECONDS		10

static unsigned long long phys;

/* Returns true as soon as the 64 bytes are not the same any more, under load. */
static bool changes(void)
{
	time_t deadline = time(NULL) + SECONDS;
	struct sta first = steal_memory_read(phys), now = first;

	load_start();
	while (!memcmp(&now, &first, sizeof(now)) && time(NULL) < deadline) {
		usleep(50000);
		now = steal_memory_read(phys);
	}
	load_stop();
	ksft_print_msg("%#llx: sequence %u, stolen %llu ns; then %u and %llu\n", phys,
		       first.sequence, first.steal, now.sequence, now.steal);
	return memcmp(&now, &first, sizeof(now));
}

static void write_line(const char *path, const char *line)
{
	FILE *file = fopen(path, "w");

	if (!file || fputs(line, file) < 0 || fclose(file))
		ksft_exit_fail_msg("%s: %s\n", path, strerror(errno));
}

static void hand_on(void)
{
	char line[64];

	snprintf(line, sizeof(line), "%#llx\n", phys);
	write_line(ADDRESS, line);
	snprintf(line, sizeof(line), "%#llx %#lx\n", phys & ~(PAGE_SIZE - 1), PAGE_SIZE);
	write_line(RESERVE, line);
}

int main(void)
{
	bool after;

	begin_test();
	if (access("/kexec", W_OK))
		ksft_exit_skip("no kernel to start, /kexec\n");
	kernel_memory_open();
	after = !read_number(ADDRESS, 16, &phys);
	if (!after)
		phys = steal_memory_find(0);

	ksft_set_plan(1);
	if (after) {
		ksft_test_result(!changes(), "the host does not write to the old memory\n");
	} else {
		ksft_test_result(changes(), "the host writes there\n");
		hand_on();
	}
	ksft_finished();
}

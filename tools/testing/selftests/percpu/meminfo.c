// SPDX-License-Identifier: GPL-2.0-only
/*
 * "Percpu:" of /proc/meminfo grows when users of per-CPU memory come, and shrinks
 * when they go, round after round.
 *
 * A user is a tmpfs mount in a namespace of its own (some dozen bytes for each CPU)
 * and, where the kernel has them, a network namespace (a few KiB) and a per-CPU
 * array of BPF (VALUE_BYTES). A child takes them and they go when it exits, some of
 * them later, from a workqueue and after a grace period.
 *
 * The line counts populated pages, and the allocator keeps some that are free:
 * - pcpu_balance_free() spares one chunk that is wholly free: a unit's pages;
 * - pcpu_should_reclaim_chunk() lets a chunk in use keep less than a quarter of
 *   its pages free, and so many more that PCPU_EMPTY_POP_PAGES_HIGH (4) of them
 *   remain for atomic allocations.
 * That, for each possible CPU, is the slack. Growth means twice the slack, so that
 * one cannot be taken for the other. All rounds are measured against the level
 * before the first one, so what each of them leaks adds up.
 */
#include <fcntl.h>
#include <linux/bpf.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "kselftest.h"
#include "percpu_test.h"

#define ROUNDS			3
#define EMPTY_PAGES_HIGH	4
#define MAX_USERS		8000
#define VALUE_BYTES		2048
#define RETURN_SECONDS		10

struct holder {
	pid_t pid;
	int report;	/* the child writes what it did: the number of users, or -errno */
	int release;	/* the child exits when this end is closed */
};

static long slack_kb;

static long read_percpu_kb(void)
{
	char line[256];
	long kb = -1;
	FILE *meminfo;

	meminfo = fopen("/proc/meminfo", "r");
	if (!meminfo)
		return -1;
	while (kb < 0 && fgets(line, sizeof(line), meminfo))
		sscanf(line, "Percpu: %ld kB", &kb);
	fclose(meminfo);
	return kb;
}

/* The namespaces stay as long as the descriptors do, which is until exit. */
static int take_netns(void)
{
	if (unshare(CLONE_NEWNET))
		return -errno;
	return open("/proc/self/ns/net", O_RDONLY) < 0 ? -errno : 0;
}

/* The map stays as long as its descriptor does. */
static int take_bpf_map(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_PERCPU_ARRAY,
		.key_size = sizeof(int),
		.value_size = VALUE_BYTES,
		.max_entries = 1,
	};

	return syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr)) < 0 ? -errno : 0;
}

static int take_mount(void)
{
	return mount("none", "/tmp", "tmpfs", 0, NULL) ? -errno : 0;
}

static int prepare_child(void)
{
	struct rlimit files = { 2 * MAX_USERS + 64, 2 * MAX_USERS + 64 };

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || setrlimit(RLIMIT_NOFILE, &files) ||
	    unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return -errno;
	return 0;
}

/* Returns the number of users that it took to reach @goal_kb, or a negative errno. */
static int take_users(long goal_kb)
{
	bool has_netns = !access("/proc/self/ns/net", F_OK);
	bool has_bpf = !take_bpf_map();
	int users, err;

	err = prepare_child();
	for (users = 0; !err && read_percpu_kb() < goal_kb; users++) {
		if (users == MAX_USERS)
			return -EOVERFLOW;
		err = take_mount();
		if (!err && has_netns)
			err = take_netns();
		if (!err && has_bpf)
			err = take_bpf_map();
	}
	return err ? err : users;
}

static void hold_users(long goal_kb, int report, int release)
{
	int users = take_users(goal_kb);
	char c;

	if (write(report, &users, sizeof(users)) != sizeof(users))
		_exit(KSFT_FAIL);
	_exit(read(release, &c, 1) ? KSFT_FAIL : KSFT_PASS);
}

static int start_holder(struct holder *holder, long goal_kb)
{
	int report[2], release[2];

	if (pipe2(report, O_CLOEXEC) || pipe2(release, O_CLOEXEC))
		return -errno;
	holder->pid = fork();
	if (holder->pid < 0)
		return -errno;
	if (!holder->pid) {
		close(release[1]);
		hold_users(goal_kb, report[1], release[0]);
	}
	close(report[1]);
	close(release[0]);
	holder->report = report[0];
	holder->release = release[1];
	return 0;
}

static int wait_for_users(const struct holder *holder)
{
	int users;

	return read(holder->report, &users, sizeof(users)) == sizeof(users) ? users : -EPIPE;
}

static void stop_holder(const struct holder *holder)
{
	close(holder->report);
	close(holder->release);
	waitpid(holder->pid, NULL, 0);
}

static long elapsed_ms(const struct timespec *since)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - since->tv_sec) * 1000 + (now.tv_nsec - since->tv_nsec) / 1000000;
}

/* Returns the level when it is down at @goal_kb, or when there is no more time. */
static long wait_for_return(long goal_kb)
{
	struct timespec start;
	long kb;

	clock_gettime(CLOCK_MONOTONIC, &start);
	while ((kb = read_percpu_kb()) > goal_kb && elapsed_ms(&start) < RETURN_SECONDS * 1000)
		usleep(10000);
	return kb;
}

static void test_round(int round, long base_kb)
{
	struct holder holder = {};
	long peak_kb, end_kb;
	int users;

	users = start_holder(&holder, base_kb + 2 * slack_kb);
	if (users)
		ksft_exit_fail_msg("round %d: no child: %s\n", round, strerror(-users));
	users = wait_for_users(&holder);
	peak_kb = read_percpu_kb();
	if (users < 0)
		ksft_print_msg("round %d: users: %s\n", round, strerror(-users));
	ksft_test_result(users > 0 && peak_kb >= base_kb + 2 * slack_kb, "round %d grows\n", round);

	stop_holder(&holder);
	end_kb = wait_for_return(base_kb + slack_kb);
	ksft_print_msg("round %d: %d users, %ld kB to %ld kB and back to %ld kB\n",
		       round, users, base_kb, peak_kb, end_kb);
	ksft_test_result(end_kb <= base_kb + slack_kb, "round %d returns\n", round);
}

static long slack_of(const struct first_chunk *chunk, int cpus)
{
	long page_size = sysconf(_SC_PAGESIZE), unit_pages = chunk->unit_size / page_size;

	return cpus * (unit_pages + unit_pages / 4 + EMPTY_PAGES_HIGH) * page_size / 1024;
}

int main(void)
{
	struct first_chunk chunk;
	cpu_set_t possible;
	int round, err;
	long base_kb;

	setvbuf(stdout, NULL, _IOLBF, 0);
	ksft_print_header();
	base_kb = read_percpu_kb();
	if (base_kb < 0)
		ksft_exit_skip("/proc/meminfo has no Percpu line\n");
	err = read_cpulist(CPU_DIR "/possible", &possible);
	if (err)
		ksft_exit_fail_msg("%s/possible: %s\n", CPU_DIR, strerror(-err));
	err = read_first_chunk(&chunk);
	if (err)
		ksft_exit_fail_msg("boot message about the first chunk: %s\n", strerror(-err));

	slack_kb = slack_of(&chunk, CPU_COUNT(&possible));
	ksft_print_msg("%ld kB before, slack %ld kB\n", base_kb, slack_kb);
	ksft_set_plan(2 * ROUNDS);
	for (round = 1; round <= ROUNDS; round++)
		test_round(round, base_kb);
	ksft_finished();
}

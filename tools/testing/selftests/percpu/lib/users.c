// SPDX-License-Identifier: GPL-2.0-only
/*
 * A user is a tmpfs mount in a namespace of its own (some dozen bytes for each CPU)
 * and, where the kernel has them, a network namespace (a few KiB) and a per-CPU
 * array of BPF (VALUE_BYTES). A child has them. They are freed when it exits, some of
 * them later, from a workqueue and after a grace period.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "first_chunk.h"
#include "kselftest.h"
#include "percpu_map.h"
#include "percpu_stats.h"
#include "percpu_test.h"
#include "users.h"

#define MAX_USERS	16000
#define VALUE_BYTES	2048

#define CHUNKS		5	/* that users fill */
#define MORE_ROUNDS	5
/*
 * What others may have allocated meanwhile, such as the counters of an mm_struct that an
 * idle CPU still uses. A leak of one area by each user of a round is more.
 */
#define AREAS_KEPT	64

/* After so long without a change, areas are lost, and pages are kept; after so long at all */
#define AREAS_MS	10000
#define PAGES_MS	1000
#define RETURN_MS	30000

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
	int map = percpu_map_create(BPF_MAP_TYPE_PERCPU_ARRAY, VALUE_BYTES, 1);

	if (map < 0)
		return map;
	return 0;
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
	for (users = 0; !err && percpu_usage_read().kb < goal_kb; users++) {
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

/**
 * users_start - start a child that takes users until a level is reached
 * @users: the child
 * @goal_kb: the level of "Percpu:"
 *
 * The child dies with the thread that calls this.
 *
 * Return: 0, or a negative errno.
 */
int users_start(struct users *users, long goal_kb)
{
	int report[2], release[2];

	if (pipe2(report, O_CLOEXEC) || pipe2(release, O_CLOEXEC))
		return -errno;
	users->pid = fork();
	if (users->pid < 0)
		return -errno;
	if (!users->pid) {
		close(release[1]);
		hold_users(goal_kb, report[1], release[0]);
	}
	close(report[1]);
	close(release[0]);
	users->report = report[0];
	users->release = release[1];
	return 0;
}

/**
 * users_wait - wait until a child holds its users
 * @users: the child
 *
 * Return: how many they are, or a negative errno.
 */
int users_wait(const struct users *users)
{
	int count;

	return read(users->report, &count, sizeof(count)) == sizeof(count) ? count : -EPIPE;
}

/**
 * users_stop - end a child and its users
 * @users: the child
 */
void users_stop(const struct users *users)
{
	close(users->report);
	close(users->release);
	waitpid(users->pid, NULL, 0);
}

/**
 * percpu_level_begin - note how much per-CPU memory is in use before a test
 * @level: that, and the levels that users are to reach and to leave
 *
 * Ends the test as skipped or failed if that cannot be seen. Without PERCPU_STATS only the
 * pages are seen.
 */
void percpu_level_begin(struct percpu_level *level)
{
	struct first_chunk chunk;
	cpu_set_t possible;
	long chunk_kb;

	need_cpulist(CPU_DIR "/possible", &possible);
	need_first_chunk(&chunk);
	percpu_stats_mount();
	level->before = percpu_usage_read();
	if (level->before.kb < 0)
		ksft_exit_skip("/proc/meminfo has no Percpu line\n");
	chunk_kb = CPU_COUNT(&possible) * chunk.unit_size / 1024;
	level->goal_kb = level->before.kb + CHUNKS * chunk_kb;
	level->limit_kb = level->before.kb + CHUNKS * chunk_kb / 2;
}

static bool is_freed(const struct percpu_level *level, const struct percpu_usage *now)
{
	return now->areas <= level->before.areas + AREAS_KEPT;
}

/*
 * Areas are freed from workqueues and after grace periods, and then a work item gives the
 * pages back: where the host has no time for the guest that may take long. So this waits
 * as long as anything changes.
 */
static struct percpu_usage wait_for_return(const struct percpu_level *level)
{
	struct percpu_usage now, last = { -1, -1 };
	struct timespec start, change;
	bool freed;

	clock_gettime(CLOCK_MONOTONIC, &start);
	do {
		now = percpu_usage_read();
		freed = is_freed(level, &now);
		if (freed && now.kb <= level->limit_kb)
			break;
		if (now.kb != last.kb || now.areas != last.areas)
			clock_gettime(CLOCK_MONOTONIC, &change);
		last = now;
		usleep(10000);
	} while (elapsed_ms(&change) < (freed && now.areas >= 0 ? PAGES_MS : AREAS_MS) &&
		 elapsed_ms(&start) < RETURN_MS);
	return now;
}

/**
 * percpu_level_round - let users take memory up to the level, and free it
 * @level: the level
 *
 * Return: true if they did.
 */
bool percpu_level_round(const struct percpu_level *level)
{
	struct percpu_usage peak = {}, now;
	struct users users;
	int count;

	count = users_start(&users, level->goal_kb);
	if (!count) {
		count = users_wait(&users);
		peak = percpu_usage_read();
		users_stop(&users);
	}
	if (count < 0) {
		ksft_print_msg("users: %s\n", strerror(-count));
		return false;
	}
	now = wait_for_return(level);
	ksft_print_msg("%d users: %ld kB in %ld areas, then %ld kB in %ld\n", count, peak.kb,
		       peak.areas, now.kb, now.areas);
	return count && peak.kb >= level->goal_kb;
}

/**
 * percpu_level_returns - is per-CPU memory in use as it was before?
 * @level: how much that was
 *
 * What is freed leaves the count of areas at once. Its pages need not leave "Percpu:":
 * - pcpu_balance_populated() wants some empty pages, for those who cannot wait;
 * - pcpu_balance_free() spares a chunk without areas;
 * - pcpu_should_reclaim_chunk() is asked only when something in the chunk is freed, and
 *   says no if the other chunks have few empty pages just then.
 * How many pages that are is chance: up to the whole of three chunks was seen. But with
 * each round of users the allocator decides again. So there are more rounds as long as it
 * has not given back half of what they take.
 *
 * Return: true if it is freed and given back.
 */
bool percpu_level_returns(const struct percpu_level *level)
{
	struct percpu_usage now = wait_for_return(level);
	int round;

	for (round = 0; round < MORE_ROUNDS && is_freed(level, &now) &&
	     now.kb > level->limit_kb; round++) {
		percpu_level_round(level);
		now = percpu_usage_read();
	}
	ksft_print_msg("%ld kB in %ld areas before, now %ld kB in %ld; limit %ld kB\n",
		       level->before.kb, level->before.areas, now.kb, now.areas, level->limit_kb);
	if (now.areas < 0)
		ksft_print_msg("without PERCPU_STATS areas are not counted\n");
	if (!is_freed(level, &now))
		ksft_print_msg("areas are not freed\n");
	if (now.kb > level->limit_kb)
		ksft_print_msg("pages are not given back\n");
	return is_freed(level, &now) && now.kb <= level->limit_kb;
}

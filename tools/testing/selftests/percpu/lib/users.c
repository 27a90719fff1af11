// SPDX-License-Identifier: GPL-2.0-only
/*
 * A user is a tmpfs mount in a namespace of its own (some dozen bytes for each CPU)
 * and, where the kernel has them, a network namespace (a few KiB) and a per-CPU
 * array of BPF (VALUE_BYTES). A child takes them and they go when it exits, some of
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

#include "kselftest.h"
#include "percpu_map.h"
#include "users.h"

#define EMPTY_PAGES_HIGH	4
#define MAX_USERS		16000
#define VALUE_BYTES		2048
#define RETURN_SECONDS		10

/**
 * read_percpu_kb - read how much per-CPU memory there is
 *
 * Return: "Percpu:" of /proc/meminfo, -1 if there is no such line.
 */
long read_percpu_kb(void)
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
 * users_stop - let a child and its users go
 * @users: the child
 */
void users_stop(const struct users *users)
{
	close(users->report);
	close(users->release);
	waitpid(users->pid, NULL, 0);
}

/**
 * wait_for_percpu_kb - wait until the level is down
 * @goal_kb: the level to wait for
 *
 * Return: the level then, or when there is no more time.
 */
long wait_for_percpu_kb(long goal_kb)
{
	struct timespec start;
	long kb;

	clock_gettime(CLOCK_MONOTONIC, &start);
	while ((kb = read_percpu_kb()) > goal_kb && elapsed_ms(&start) < RETURN_SECONDS * 1000)
		usleep(10000);
	return kb;
}

/**
 * percpu_slack_kb - tell what the allocator may keep when all users are gone
 * @chunk: the first chunk
 * @cpus: number of possible CPUs
 *
 * "Percpu:" counts populated pages, and the allocator keeps some that are free:
 * - pcpu_balance_free() spares one chunk that is wholly free: a unit's pages;
 * - pcpu_should_reclaim_chunk() is only asked when something in a chunk is freed. If
 *   the others have no more than PCPU_EMPTY_POP_PAGES_HIGH (4) free pages then, the
 *   chunk keeps its own, for one object that stays, whatever becomes free elsewhere
 *   later: a unit's pages again, and these four;
 * - and it lets a chunk in use keep less than a quarter of its pages free.
 *
 * Return: that, for each possible CPU.
 */
long percpu_slack_kb(const struct first_chunk *chunk, int cpus)
{
	long page_size = sysconf(_SC_PAGESIZE), unit_pages = chunk->unit_size / page_size;

	return cpus * (2 * unit_pages + unit_pages / 4 + EMPTY_PAGES_HIGH) * page_size / 1024;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the per-CPU memory tests share. Functions return 0 or a negative errno where nothing
 * else is said.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <time.h>
#include <unistd.h>

#include "kselftest.h"
#include "percpu_test.h"

#define PATIENCE_MS	10000
#define PATIENCE_TRIES	100	/* at least: a host may be slow */

/* Begins the output of a test, and ends it as skipped where it cannot be run. */
void begin_test(void)
{
	cpu_set_t possible;

	setvbuf(stdout, NULL, _IOLBF, 0);
	ksft_print_header();
	if (geteuid())
		ksft_exit_skip("only root can run it\n");
	if (access("/proc/self", F_OK))
		ksft_exit_skip("/proc is not mounted\n");
	if (access(CPU_DIR, F_OK))
		ksft_exit_skip(CPU_DIR ": %s (is /sys mounted?)\n", strerror(errno));
	if (read_cpulist(CPU_DIR "/possible", &possible) == -ERANGE)
		ksft_exit_skip("more than %d CPUs are possible\n", CPU_SETSIZE);
}

bool is_riscv64(void)
{
#if defined(__riscv) && __riscv_xlen == 64
	return true;
#else
	return false;
#endif
}

/**
 * mount_for_test - mount what a test wants to look into
 * @type: the file system
 * @where: its usual place
 * @file: what must be there then
 *
 * Does nothing if @file is there. Else only the test, and what it starts, sees the mount,
 * and it ends with them.
 *
 * Return: 0, or a negative errno.
 */
int mount_for_test(const char *type, const char *where, const char *file)
{
	if (!access(file, F_OK))
		return 0;
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount(type, where, type, 0, NULL) || access(file, F_OK))
		return -errno;
	return 0;
}

/**
 * read_value - read a small file of sysfs or proc
 * @path: the file
 * @value: its content, without the newline at the end
 * @size: size of @value
 *
 * Return: 0, or a negative errno; -EFBIG if the file does not fit.
 */
int read_value(const char *path, char *value, size_t size)
{
	size_t used = 0;
	ssize_t n;
	int fd, err = 0;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while ((n = read(fd, value + used, size - used)) > 0)
		used += n;
	if (n < 0)
		err = -errno;
	else if (used == size)
		err = -EFBIG;
	close(fd);
	if (err)
		return err;
	while (used && value[used - 1] == '\n')
		used--;
	value[used] = '\0';
	return 0;
}

/**
 * write_value - write a small file of sysfs or proc
 * @path: the file
 * @value: what to write
 *
 * Return: 0, or a negative errno; -EIO if only a part was taken.
 */
int write_value(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, value, strlen(value));
	if (n < 0)
		err = -errno;
	else if ((size_t)n != strlen(value))
		err = -EIO;
	close(fd);
	return err;
}

/**
 * parse_cpulist - parse the kernel's list format, as in "0-3,8"
 * @list: the text; the empty list is empty
 * @cpus: the CPUs in it
 *
 * Return: 0, -EINVAL if it is no list, -ERANGE if a CPU does not fit into @cpus.
 */
int parse_cpulist(const char *list, cpu_set_t *cpus)
{
	unsigned long first, last;
	char *end;

	CPU_ZERO(cpus);
	while (*list) {
		first = strtoul(list, &end, 10);
		if (end == list)
			return -EINVAL;
		last = first;
		if (*end == '-') {
			list = end + 1;
			last = strtoul(list, &end, 10);
			if (end == list || last < first)
				return -EINVAL;
		}
		if (last >= CPU_SETSIZE)
			return -ERANGE;
		for (; first <= last; first++)
			CPU_SET(first, cpus);
		if (*end && *end++ != ',')
			return -EINVAL;
		list = end;
	}
	return 0;
}

/* Reads a file in the kernel's list format. */
int read_cpulist(const char *path, cpu_set_t *cpus)
{
	char list[VALUE_SIZE];
	int err;

	err = read_value(path, list, sizeof(list));
	return err ? err : parse_cpulist(list, cpus);
}

/* Ends the test as failed if the file cannot be read. */
void need_cpulist(const char *path, cpu_set_t *cpus)
{
	int err = read_cpulist(path, cpus);

	if (err)
		ksft_exit_fail_msg("%s: %s\n", path, strerror(-err));
}

/* Reads a file that holds one number and nothing else. */
int read_number(const char *path, int base, unsigned long long *number)
{
	char value[32], *end;
	int err;

	err = read_value(path, value, sizeof(value));
	if (err)
		return err;
	*number = strtoull(value, &end, base);
	return end == value || *end ? -EINVAL : 0;
}

/**
 * read_crash_notes - read where a per-CPU object is in physical memory
 * @cpu: the CPU
 * @start: the address of its crash_notes
 *
 * Return: 0, -ENOENT if the kernel does not export it (KEXEC), or another
 * negative errno.
 */
int read_crash_notes(int cpu, unsigned long long *start)
{
	char path[96];

	snprintf(path, sizeof(path), CPU_DIR "/cpu%d/crash_notes", cpu);
	return read_number(path, 16, start);
}

/* The next CPU of a set; @cpu is -1 for the first one. Returns -1 if there is none. */
int next_cpu(int cpu, const cpu_set_t *cpus)
{
	while (++cpu < CPU_SETSIZE)
		if (CPU_ISSET(cpu, cpus))
			return cpu;
	return -1;
}

static void online_path(int cpu, char *path, size_t size)
{
	snprintf(path, size, CPU_DIR "/cpu%d/online", cpu);
}

bool can_hotplug(int cpu)
{
	char path[96];

	online_path(cpu, path, sizeof(path));
	return !access(path, F_OK);
}

/* Returns 0 as well if the CPU is in that state already. */
int set_online(int cpu, bool online)
{
	char path[96];

	online_path(cpu, path, sizeof(path));
	return write_value(path, online ? "1" : "0");
}

long elapsed_ms(const struct timespec *since)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - since->tv_sec) * 1000 + (now.tv_nsec - since->tv_nsec) / 1000000;
}

/**
 * set_online_patiently - take a CPU online or offline, with retries
 * @cpu: the CPU
 * @online: which of the two
 * @busy: counts the retries
 *
 * The kernel answers EBUSY for the last CPU online, and while hotplug is disabled. Any
 * other error is returned at once.
 *
 * Return: 0, also if the CPU is in that state already, or a negative errno.
 */
int set_online_patiently(int cpu, bool online, unsigned int *busy)
{
	int err, left = PATIENCE_TRIES;
	struct timespec start;

	clock_gettime(CLOCK_MONOTONIC, &start);
	while ((err = set_online(cpu, online)) == -EBUSY &&
	       (--left > 0 || elapsed_ms(&start) < PATIENCE_MS)) {
		(*busy)++;
		usleep(1000);
	}
	return err;
}

bool is_online(int cpu)
{
	cpu_set_t online;

	return !read_cpulist(CPU_DIR "/online", &online) && CPU_ISSET(cpu, &online);
}

/* Are all CPUs online that were so before? */
bool all_online(const cpu_set_t *before)
{
	cpu_set_t after;
	int err = read_cpulist(CPU_DIR "/online", &after);

	if (err) {
		ksft_print_msg(CPU_DIR "/online: %s\n", strerror(-err));
		return false;
	}
	CPU_AND(&after, &after, before);
	return CPU_EQUAL(before, &after);
}

/* Binds the calling thread to one CPU. */
int run_on_cpu(int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	return sched_setaffinity(0, sizeof(cpus), &cpus) ? -errno : 0;
}

static int read_node(const char *cpulist_path, int nodes[CPU_SETSIZE])
{
	cpu_set_t cpus;
	int node, cpu, err;

	if (sscanf(cpulist_path, NODE_DIR "/node%d/", &node) != 1)
		return -EINVAL;
	err = read_cpulist(cpulist_path, &cpus);
	if (err)
		return err;
	for (cpu = next_cpu(-1, &cpus); cpu >= 0; cpu = next_cpu(cpu, &cpus))
		nodes[cpu] = node;
	return 0;
}

/**
 * read_cpu_nodes - read which CPU is on which node
 * @nodes: the node of each CPU, -1 for a CPU that is on none
 *
 * Return: 0, -ENOENT if the kernel knows no nodes, or another negative errno.
 */
int read_cpu_nodes(int nodes[CPU_SETSIZE])
{
	glob_t found;
	size_t i;
	int err = 0;

	for (i = 0; i < CPU_SETSIZE; i++)
		nodes[i] = -1;
	if (glob(NODE_DIR "/node[0-9]*/cpulist", 0, NULL, &found))
		return -ENOENT;
	for (i = 0; i < found.gl_pathc && !err; i++)
		err = read_node(found.gl_pathv[i], nodes);
	globfree(&found);
	return err;
}

/* Ends the test as failed if the nodes cannot be read; a kernel may have none. */
void need_cpu_nodes(int nodes[CPU_SETSIZE])
{
	int err = read_cpu_nodes(nodes);

	if (err && err != -ENOENT)
		ksft_exit_fail_msg(NODE_DIR ": %s\n", strerror(-err));
}

/**
 * read_paging - read the paging mode of the CPUs
 * @mode: "sv39", "sv48" or "sv57"
 *
 * Return: 0, -ENOMSG if /proc/cpuinfo does not say, or another negative errno.
 */
int read_paging(char mode[PAGING_SIZE])
{
	char line[1024];
	int err = -ENOMSG;
	FILE *cpuinfo;

	cpuinfo = fopen("/proc/cpuinfo", "r");
	if (!cpuinfo)
		return -errno;
	while (err && fgets(line, sizeof(line), cpuinfo))
		if (sscanf(line, "mmu : %15s", mode) == 1)
			err = 0;
	fclose(cpuinfo);
	return err;
}

/* Returns the value that starts in @word, or NULL if @word is another parameter. */
static const char *find_value(const char *word, const char *end, const char *name)
{
	size_t length = strlen(name);

	if (strncmp(word, name, length))
		return NULL;
	if (word[length] == '=')
		return word + length + 1;
	return word + length == end ? end : NULL;
}

/**
 * cmdline_value - find a parameter on the kernel's command line
 * @cmdline: the command line
 * @name: the parameter, without "="
 * @value: its value; empty if it stands there without "="
 * @size: size of @value
 *
 * As in the kernel, the last occurrence wins.
 *
 * Return: 0, -ENOENT if it is not there, -EFBIG if the value does not fit.
 */
int cmdline_value(const char *cmdline, const char *name, char *value, size_t size)
{
	const char *word, *end, *found;
	int err = -ENOENT;

	for (word = cmdline; *word; word = end + strspn(end, " ")) {
		end = word + strcspn(word, " ");
		found = find_value(word, end, name);
		if (!found)
			continue;
		if ((size_t)(end - found) >= size)
			return -EFBIG;
		memcpy(value, found, end - found);
		value[end - found] = '\0';
		err = 0;
	}
	return err;
}

/**
 * cmdline_number - find a number on the kernel's command line
 * @name: the parameter
 * @otherwise: its value if it is not there
 *
 * Ends the test as failed if the command line cannot be read or says anything else.
 *
 * Return: the number, which is positive, or @otherwise.
 */
long cmdline_number(const char *name, long otherwise)
{
	char cmdline[VALUE_SIZE], value[16];
	int err;

	err = read_value("/proc/cmdline", cmdline, sizeof(cmdline));
	if (err)
		ksft_exit_fail_msg("/proc/cmdline: %s\n", strerror(-err));
	if (cmdline_value(cmdline, name, value, sizeof(value)))
		return otherwise;
	if (atol(value) <= 0)
		ksft_exit_fail_msg("%s=%s: not a positive number\n", name, value);
	return atol(value);
}

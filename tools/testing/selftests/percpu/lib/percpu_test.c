// SPDX-License-Identifier: GPL-2.0-only
/* What the per-CPU memory tests share. Functions return 0 or a negative errno. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/param.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kselftest.h"
#include "percpu_test.h"

#define KMSG_RECORD_SIZE	8192
#define PINNED_ROUNDS		20
#define PINNED_PAGES		16
#define PINNED_SECONDS		30
#define PATIENCE_MS		10000
#define PATIENCE_TRIES		100	/* at least: a host may be slow */
#define NOT_SUPPORTED	524	/* ENOTSUPP of include/linux/errno.h, not for user space */

/**
 * begin_test - begin the output of a test
 *
 * Ends it as skipped where it cannot be run.
 */
void begin_test(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	ksft_print_header();
	if (geteuid())
		ksft_exit_skip("only root can run it\n");
	if (access("/proc/self", F_OK))
		ksft_exit_skip("/proc is not mounted\n");
	if (access(CPU_DIR, F_OK))
		ksft_exit_skip(CPU_DIR ": %s (is /sys mounted?)\n", strerror(errno));
}

/**
 * is_riscv64 - was this built for RISC-V of 64 bits?
 *
 * Return: true if it was.
 */
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
 * Does nothing if @file is there. Else nobody but the test, and what it starts, sees
 * the mount, which goes with them.
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

/**
 * read_cpulist - read a file in the kernel's list format
 * @path: the file
 * @cpus: the CPUs in it
 *
 * Return: 0, or a negative errno.
 */
int read_cpulist(const char *path, cpu_set_t *cpus)
{
	char list[VALUE_SIZE];
	int err;

	err = read_value(path, list, sizeof(list));
	return err ? err : parse_cpulist(list, cpus);
}

/**
 * need_cpulist - read a file in the kernel's list format
 * @path: the file
 * @cpus: the CPUs in it
 *
 * Ends the test as failed if that is not possible.
 */
void need_cpulist(const char *path, cpu_set_t *cpus)
{
	int err = read_cpulist(path, cpus);

	if (err)
		ksft_exit_fail_msg("%s: %s\n", path, strerror(-err));
}

/**
 * read_number - read a file that holds one number
 * @path: the file
 * @base: 10 or 16
 * @number: the number
 *
 * Return: 0, or a negative errno; -EINVAL if there is anything else in it.
 */
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

/**
 * next_cpu - find the next CPU of a set
 * @cpu: where to start, exclusive; -1 for the first one
 * @cpus: the set
 *
 * Return: the CPU, or -1 if there is none.
 */
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

/**
 * can_hotplug - can a CPU be told to go offline?
 * @cpu: the CPU
 *
 * Return: true if the kernel has a file for it.
 */
bool can_hotplug(int cpu)
{
	char path[96];

	online_path(cpu, path, sizeof(path));
	return !access(path, F_OK);
}

/**
 * set_online - tell a CPU to come online or to go offline
 * @cpu: the CPU
 * @online: which of the two
 *
 * Return: 0, also if it is so already, or a negative errno.
 */
int set_online(int cpu, bool online)
{
	char path[96];

	online_path(cpu, path, sizeof(path));
	return write_value(path, online ? "1" : "0");
}

/**
 * elapsed_ms - tell how much time has passed
 * @since: since when, by CLOCK_MONOTONIC
 *
 * Return: milliseconds.
 */
long elapsed_ms(const struct timespec *since)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - since->tv_sec) * 1000 + (now.tv_nsec - since->tv_nsec) / 1000000;
}

/* What the firmware's answers become when a hart is not ready to start. */
static bool has_not_stopped(int err)
{
	return err == -EINVAL || err == -NOT_SUPPORTED;
}

/**
 * set_online_patiently - tell a CPU to come online or to go offline, until it does
 * @cpu: the CPU
 * @online: which of the two
 * @tries: how often it had to be told
 *
 * The kernel answers EBUSY for the last CPU online, and while hotplug is disabled.
 * And it may take a CPU for dead that has not stopped yet: __cpu_die() of RISC-V asks
 * the firmware once, warns "may not have stopped" and goes on, and then the firmware
 * refuses to start the hart. It is not lost: a moment later it starts.
 *
 * Return: 0, also if it is so already, or a negative errno.
 */
int set_online_patiently(int cpu, bool online, struct hotplug_tries *tries)
{
	int err, left = PATIENCE_TRIES;
	struct timespec start;

	clock_gettime(CLOCK_MONOTONIC, &start);
	while ((err = set_online(cpu, online)) &&
	       (--left > 0 || elapsed_ms(&start) < PATIENCE_MS)) {
		if (err == -EBUSY)
			tries->busy++;
		else if (online && has_not_stopped(err))
			tries->not_stopped++;
		else
			break;
		usleep(1000);
	}
	return err;
}

/**
 * is_online - is a CPU in the list of online CPUs?
 * @cpu: the CPU
 *
 * Return: true if it is.
 */
bool is_online(int cpu)
{
	cpu_set_t online;

	return !read_cpulist(CPU_DIR "/online", &online) && CPU_ISSET(cpu, &online);
}

/**
 * run_on_cpu - let the calling thread run on one CPU only
 * @cpu: the CPU
 *
 * Return: 0, or a negative errno.
 */
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

static const char *skip_prefix(const char *text, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(text, prefix, length) ? NULL : text + length;
}

/* Returns the value that starts in @word, or NULL if @word is another parameter. */
static const char *find_value(const char *word, const char *end, const char *name)
{
	const char *rest = skip_prefix(word, name);

	if (rest && *rest == '=')
		return rest + 1;
	return rest == end ? rest : NULL;
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
 * parse_first_chunk - parse a kernel message that may be about the first chunk
 * @message: "percpu: Embedded 15 pages/cpu s21752 r8192 d31496 u61440" or
 *	"percpu: 15 4K pages/cpu s21752 r8192 d31496"; older kernels say "PERCPU:",
 *	and name an address before the sizes
 * @chunk: what it says
 *
 * Return: 0, or -ENOMSG if @message is about something else.
 */
int parse_first_chunk(const char *message, struct first_chunk *chunk)
{
	const char *text, *sizes;
	unsigned long page_kb;

	text = skip_prefix(message, "percpu: ");
	if (!text)
		text = skip_prefix(message, "PERCPU: ");
	sizes = text ? strstr(text, " pages/cpu ") : NULL;
	sizes = sizes ? strstr(sizes, " s") : NULL;
	if (!sizes || sscanf(sizes, " s%lu r%lu d%lu", &chunk->static_size,
			     &chunk->reserved_size, &chunk->dyn_size) != 3)
		return -ENOMSG;

	chunk->is_page = sscanf(text, "%lu %luK pages/cpu", &chunk->pages, &page_kb) == 2;
	if (chunk->is_page) {
		chunk->unit_size = chunk->pages * page_kb * 1024;
		return 0;
	}
	if (sscanf(text, "Embedded %lu pages/cpu", &chunk->pages) != 1 ||
	    sscanf(sizes, " s%*u r%*u d%*u u%lu", &chunk->unit_size) != 1)
		return -ENOMSG;
	return 0;
}

/* "<priority>,<sequence number>,..." */
static bool is_first_record(const char *record)
{
	unsigned long long number;

	return sscanf(record, "%*u,%llu,", &number) == 1 && !number;
}

static int parse_record(const char *record, struct first_chunk *chunk)
{
	const char *message = strchr(record, ';');

	return message ? parse_first_chunk(message + 1, chunk) : -ENOMSG;
}

/**
 * read_first_chunk - find the message about the first chunk in the kernel's log
 * @chunk: what it says
 *
 * Return: 0, -ENOMSG if there is no such message, -ENODATA if the log has lost its
 * first messages, or another negative errno.
 */
int read_first_chunk(struct first_chunk *chunk)
{
	char record[KMSG_RECORD_SIZE];
	int fd, err = -ENOMSG;
	bool lost = false;
	int count = 0;
	ssize_t n;

	fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while (err == -ENOMSG) {
		n = read(fd, record, sizeof(record) - 1);
		if (n < 0 && errno == EPIPE)
			continue;	/* overwritten meanwhile: goes on with the oldest one */
		if (n <= 0)
			break;
		record[n] = '\0';
		lost |= !count++ && !is_first_record(record);
		err = parse_record(record, chunk);
	}
	if (err && n < 0 && errno != EAGAIN)
		err = -errno;
	close(fd);
	return err == -ENOMSG && lost ? -ENODATA : err;
}

/**
 * need_first_chunk - find the message about the first chunk in the kernel's log
 * @chunk: what it says
 *
 * Ends the test as skipped if the log cannot be read or has lost its beginning, as
 * failed if it is whole and has no such message.
 */
void need_first_chunk(struct first_chunk *chunk)
{
	int err = read_first_chunk(chunk);

	if (err == -ENOMSG)
		ksft_exit_fail_msg("the kernel's log says nothing about the first chunk\n");
	if (err == -ENODATA)
		ksft_exit_skip("the kernel's log has lost its beginning (log_buf_len=)\n");
	if (err)
		ksft_exit_skip("/dev/kmsg: %s\n", strerror(-err));
}

static int run_fails(struct pinned_run *run, const char *what)
{
	snprintf(run->why, sizeof(run->why), "%s: %s", what, strerror(errno));
	return -1;
}

static int check_place(struct pinned_run *run)
{
	unsigned int cpu, node;

	if (syscall(SYS_getcpu, &cpu, &node, NULL))
		return run_fails(run, "getcpu");
	if ((int)cpu == run->cpu && sched_getcpu() == run->cpu &&
	    (run->node < 0 || (int)node == run->node))
		return 0;
	snprintf(run->why, sizeof(run->why), "runs on cpu %u, node %u; sched_getcpu() says %d",
		 cpu, node, sched_getcpu());
	return -1;
}

static int touch_pages(struct pinned_run *run)
{
	size_t i, page = sysconf(_SC_PAGESIZE), size = PINNED_PAGES * page;
	char *area;

	area = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED)
		return run_fails(run, "mmap");
	for (i = 0; i < size; i += page)
		area[i] = 1;
	return munmap(area, size) ? run_fails(run, "munmap") : 0;
}

static int touch_heap(struct pinned_run *run)
{
	size_t size;
	char *area;

	for (size = 64; size <= 65536; size *= 4) {
		area = malloc(size);
		if (!area)
			return run_fails(run, "malloc");
		memset(area, run->cpu, size);
		free(area);
	}
	return 0;
}

static void pinned_work(struct pinned_run *run)
{
	int i;

	if (run_on_cpu(run->cpu)) {
		run_fails(run, "sched_setaffinity");
		return;
	}
	for (i = 0; i < PINNED_ROUNDS; i++) {
		if (check_place(run) || touch_pages(run) || touch_heap(run))
			break;
		sched_yield();
	}
}

static void pinned_child(struct pinned_run *run, int report)
{
	size_t length;

	pinned_work(run);
	length = strlen(run->why);
	_exit(write(report, run->why, length) != (ssize_t)length);
}

/**
 * pinned_start - start a process that works on one CPU and nowhere else
 * @run: the process
 * @cpu: the CPU
 * @node: its node, or -1 if any will do
 *
 * With threads each unmapping would be a remote fence of all the CPUs that the
 * others run on: with 64 of them firmware has no time for anything else.
 *
 * Return: 0, or a negative errno.
 */
int pinned_start(struct pinned_run *run, int cpu, int node)
{
	int ends[2];

	run->cpu = cpu;
	run->node = node;
	run->why[0] = '\0';
	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	run->pid = fork();
	if (!run->pid)
		pinned_child(run, ends[1]);
	close(ends[1]);
	run->report = ends[0];
	return run->pid < 0 ? -errno : 0;
}

static void read_report(struct pinned_run *run)
{
	struct pollfd report = { .fd = run->report, .events = POLLIN };
	ssize_t n;

	if (poll(&report, 1, PINNED_SECONDS * 1000) != 1) {
		kill(run->pid, SIGKILL);
		snprintf(run->why, sizeof(run->why), "no end after %d s", PINNED_SECONDS);
		return;
	}
	n = read(run->report, run->why, sizeof(run->why) - 1);
	run->why[MAX(n, 0)] = '\0';
}

/**
 * pinned_join - wait for a pinned process
 * @run: what pinned_start() started
 *
 * Return: NULL if it did all its work on its CPU, else why not.
 */
const char *pinned_join(struct pinned_run *run)
{
	int status;

	read_report(run);
	close(run->report);
	if (run->why[0])
		return run->why;
	if (waitpid(run->pid, &status, 0) != run->pid)
		return strerror(errno);
	if (WIFSIGNALED(status))
		return strsignal(WTERMSIG(status));
	return WEXITSTATUS(status) ? "its report was lost" : NULL;
}

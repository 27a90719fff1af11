// SPDX-License-Identifier: GPL-2.0-only
/* System calls, switches, faults, files, processes, sockets and mounts. */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "kselftest.h"

#define RING		16	/* processes on each hart that pass a token round */
#define PAGES		64	/* of an area whose pages are touched one by one */
#define PAGE_SIZE	4096
#define MESSAGE_SIZE	64
#define FILE_SIZE	4096

/* Of this process: what it reads, and what it writes */
static int in, out;

/* Never returns */
static void echo(int from, int to)
{
	char message[MESSAGE_SIZE];
	ssize_t size;

	while ((size = read(from, message, sizeof(message))) > 0)
		if (write(to, message, size) != size)
			break;
	_exit(0);
}

/* Returns 0 in the child, which ends with its parent. */
static int fork_partner(void)
{
	pid_t pid = fork();

	if (!pid)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid < 0 ? -errno : pid;
}

/* As many round trips to a partner on the same hart */
static int ping_pong(unsigned int times)
{
	char message[MESSAGE_SIZE] = "";

	for (; times; times--)
		if (write(out, message, sizeof(message)) != sizeof(message) ||
		    read(in, message, sizeof(message)) != sizeof(message))
			return errno ? -errno : -EPIPE;
	return 0;
}

static int run_syscall(unsigned int times)
{
	for (; times; times--)
		syscall(SYS_getppid);
	return 0;
}

static int prepare_pipe(void)
{
	int to[2], from[2], pid;

	if (pipe(to) || pipe(from))
		return -errno;
	pid = fork_partner();
	if (!pid)
		echo(to[0], from[1]);
	in = from[0];
	out = to[1];
	return pid < 0 ? pid : 0;
}

/* The last process of the ring writes what this one reads. */
static int prepare_ring(void)
{
	int first[2], ends[2], i, pid;

	if (pipe(first))
		return -errno;
	in = first[0];
	out = first[1];
	for (i = 1; i < RING; i++) {
		if (pipe(ends))
			return -errno;
		pid = fork_partner();
		if (pid < 0)
			return pid;
		if (!pid)
			echo(ends[0], out);
		out = ends[1];
	}
	return 0;
}

/* A switch for each process of the ring */
static int run_ring(unsigned int times)
{
	return ping_pong(times / RING);
}

static int run_fault(unsigned int times)
{
	volatile char *area;
	unsigned int i;

	for (; times; times -= PAGES) {
		area = mmap(NULL, PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (area == MAP_FAILED)
			return -errno;
		for (i = 0; i < PAGES; i++)
			area[i * PAGE_SIZE] = 1;
		munmap((void *)area, PAGES * PAGE_SIZE);
	}
	return 0;
}

static int use_file(const char *path)
{
	static char data[FILE_SIZE];
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	struct stat state;
	bool ok;

	if (fd < 0)
		return -errno;
	ok = write(fd, data, sizeof(data)) == sizeof(data) &&
	     pread(fd, data, sizeof(data), 0) == sizeof(data) && !fstat(fd, &state);
	close(fd);
	return ok && !unlink(path) ? 0 : -EIO;
}

/* Made, written, read and removed, on tmpfs */
static int run_file(unsigned int times)
{
	char path[64];
	int err = 0;

	snprintf(path, sizeof(path), "/tmp/bench-%d", getpid());
	for (; times && !err; times--)
		err = use_file(path);
	return err;
}

static int wait_for(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -errno;
	return status ? -ECHILD : 0;
}

static int run_fork(unsigned int times)
{
	int err = 0;
	pid_t pid;

	for (; times && !err; times--) {
		pid = fork();
		if (!pid)
			_exit(0);
		err = wait_for(pid);
	}
	return err;
}

static pid_t start_program(void)
{
	pid_t pid = vfork();

	if (!pid) {
		execl("/proc/self/exe", "bench", BENCH_EXIT, NULL);
		_exit(1);
	}
	return pid;
}

static int run_exec(unsigned int times)
{
	int err = 0;

	for (; times && !err; times--)
		err = wait_for(start_program());
	return err;
}

static int prepare_unix(void)
{
	int ends[2], pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		return -errno;
	pid = fork_partner();
	if (!pid)
		echo(ends[1], ends[1]);
	in = ends[0];
	out = ends[0];
	return pid < 0 ? pid : 0;
}

static int set_lo_up(int fd)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	return ioctl(fd, SIOCSIFFLAGS, &lo) ? -errno : 0;
}

/* A socket that listens at a port of the kernel's choice, which goes to @address. */
static int listen_at(struct sockaddr_in *address)
{
	int err, fd = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t size = sizeof(*address);

	if (fd < 0)
		return -errno;
	err = set_lo_up(fd);
	*address = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	if (!err && (bind(fd, (struct sockaddr *)address, size) || listen(fd, 1) ||
		     getsockname(fd, (struct sockaddr *)address, &size)))
		err = -errno;
	return err ? err : fd;
}

static void send_at_once(int fd)
{
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

/* Never returns */
static void serve(int listening)
{
	int fd = accept(listening, NULL, NULL);

	send_at_once(fd);
	echo(fd, fd);
}

static int prepare_loopback(void)
{
	struct sockaddr_in address;
	int listening = listen_at(&address);
	int pid, fd;

	if (listening < 0)
		return listening;
	pid = fork_partner();
	if (!pid)
		serve(listening);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (pid < 0 || fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return -errno;
	send_at_once(fd);
	in = fd;
	out = fd;
	return 0;
}

static int run_mount(unsigned int times)
{
	char path[64];
	int err = 0;

	snprintf(path, sizeof(path), "/tmp/bench-%d", getpid());
	if (mkdir(path, 0700))
		return -errno;
	for (; times && !err; times--)
		if (mount("bench", path, "tmpfs", 0, NULL) || umount(path))
			err = -errno;
	rmdir(path);
	return err;
}

/* So many that each takes some million instructions on each hart */
const struct operation operations[] = {
	{ "syscall", NULL, run_syscall, 5000 },
	{ "pipe", prepare_pipe, ping_pong, 400 },
	{ "switch", prepare_ring, run_ring, 800 },
	{ "fault", NULL, run_fault, 512 },
	{ "file", NULL, run_file, 100 },
	{ "fork", NULL, run_fork, 24 },
	{ "exec", NULL, run_exec, 12 },
	{ "unix", prepare_unix, ping_pong, 400 },
	{ "loopback", prepare_loopback, ping_pong, 200 },
	{ "mount", NULL, run_mount, 12 },
};

const size_t nr_operations = ARRAY_SIZE(operations);

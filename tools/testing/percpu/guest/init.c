// SPDX-License-Identifier: GPL-2.0-only
/*
 * /init of the guest: runs the tests in /tests, writes one KTAP document to the
 * virtio serial port named percpu.result, and powers off. The console is for
 * people only. Without such a port the results go to the kernel's log, see channel.c.
 *
 * On the kernel's command line:
 *	percpu.cell=<id>	the cell that the document names
 *	percpu.tests=<a>,<b>	which tests to run, in this order; + separates as well
 *	percpu.timeout=<s>	how long each of them may take
 *	percpu.kexec=<n>	how many times to kexec and run the tests again
 *	percpu.crash=<cpu>,...	by a panic on that CPU, into a crash kernel; see vmcore.c
 *	percpu.shell		run a shell instead
 *	percpu.kvm=<harts>,<m>	run all that in a guest of this kernel with <m> MiB of memory
 *
 * One document spans all kernels of a cell: the first one begins it and says how many
 * tests there will be, the last one ends it. A later one gets the number of its first test
 * with percpu.number=<n>.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "channel.h"
#include "kexec.h"
#include "kselftest.h"
#include "percpu_test.h"

#define PORT_DIR	"/sys/class/virtio-ports"
#define PORT_NAME	"percpu.result"
#define PORT_SECONDS	5	/* the port need not be there */
#define REMOVED_SECONDS	60	/* it was, and a test will have it back */
#define REAP_SECONDS	5
#define SIGN_OF_LIFE_MS	10000	/* much less than the runner waits for silence */
#define MAX_TESTS	32
#define ALL_TESTS	"facts,first_chunk,first_chunk_kunit,kcore,page_tables,pinned,hotplug," \
			"meminfo,buffers,churn"
#define CMDLINE_SIZE	1024	/* COMMAND_LINE_SIZE of riscv, the smallest there was */

static char cmdline[VALUE_SIZE];
static int timeout_seconds = 60;
static int kexecs;		/* how many are left */
static int first_number = 1;
static int last_number;		/* of the last kernel */
static FILE *port;

struct test {
	const char *name;
	pid_t pid;
	int pidfd;
	int output;
	char line[1024];
	size_t length;		/* of what is in line */
	bool continues;		/* line is not the first piece of its line */
};

static void power_off(void)
{
	fflush(stdout);
	sync();
	reboot(RB_POWER_OFF);
	printf("init: power off: %s; restarting\n", strerror(errno));
	reboot(RB_AUTOBOOT);
	printf("init: restart: %s\n", strerror(errno));
	for (;;)
		pause();
}

static void die(const char *what)
{
	printf("init: %s: %s; powering off\n", what, strerror(errno));
	power_off();
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void mount_one(const char *type, const char *where)
{
	if (mkdir(where, 0755) && errno != EEXIST)
		die(where);
	if (mount(type, where, type, 0, NULL) && errno != EBUSY)
		die(where);
}

/* Without a console messages go to the kernel's log. */
static void open_console(void)
{
	int err = 0, fd = open("/dev/console", O_RDWR);

	if (fd < 0) {
		err = errno;
		fd = open("/dev/kmsg", O_RDWR);
	}
	if (fd < 0 || dup2(fd, STDIN_FILENO) < 0 || dup2(fd, STDOUT_FILENO) < 0 ||
	    dup2(fd, STDERR_FILENO) < 0)
		die("/dev/kmsg");
	if (fd > STDERR_FILENO)
		close(fd);
	if (err)
		printf("init: /dev/console: %s\n", strerror(err));
}

/* Leaves *@number alone if the command line does not name it. */
static void read_parameter(const char *name, int least, int *number)
{
	char value[16];

	if (cmdline_value(cmdline, name, value, sizeof(value)))
		return;
	*number = atoi(value);
	if (*number < least) {
		errno = EINVAL;
		die(name);
	}
}

static void read_cmdline(void)
{
	int err;

	err = read_value("/proc/cmdline", cmdline, sizeof(cmdline));
	if (err) {
		errno = -err;
		die("/proc/cmdline");
	}
	read_parameter("percpu.timeout", 1, &timeout_seconds);
	read_parameter("percpu.kexec", 0, &kexecs);
	read_parameter("percpu.number", 1, &first_number);
}

static void prepare(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	mount_one("devtmpfs", "/dev");
	open_console();
	mount_one("proc", "/proc");
	mount_one("sysfs", "/sys");
	mount_one("tmpfs", "/tmp");
	read_cmdline();
	signal(SIGPIPE, SIG_IGN);
}

/* Finds the device of the port. Returns 0, or -ENOENT if it is not there yet. */
static int name_port(char *path, size_t size)
{
	char name[64], *slash;
	int err = -ENOENT;
	glob_t found;
	size_t i;

	if (glob(PORT_DIR "/*/name", 0, NULL, &found))
		return -ENOENT;
	for (i = 0; i < found.gl_pathc && err; i++) {
		if (read_value(found.gl_pathv[i], name, sizeof(name)) || strcmp(name, PORT_NAME))
			continue;
		slash = strrchr(found.gl_pathv[i], '/');
		*slash = '\0';
		snprintf(path, size, "/dev%s", strrchr(found.gl_pathv[i], '/'));
		err = 0;
	}
	globfree(&found);
	return err;
}

static int find_port(char *path, size_t size, int seconds)
{
	long deadline = now_ms() + seconds * 1000;
	int err;

	while ((err = name_port(path, size)) == -ENOENT && now_ms() < deadline)
		usleep(10000);
	return err;
}

static void open_port(int seconds)
{
	char path[300];
	int err;

	err = find_port(path, sizeof(path), seconds);
	if (err) {
		printf("init: virtio port " PORT_NAME ": %s; the kernel's log takes the results\n",
		       strerror(-err));
		port = channel_open_log();
	} else {
		port = fopen(path, "we");
	}
	if (!port)
		die("results");
}

/* Nothing is buffered at this time. */
static void renew_port(void)
{
	struct pollfd state = { .fd = fileno(port) };

	if (poll(&state, 1, 0) == 1 && state.revents & POLLHUP) {
		fclose(port);
		open_port(REMOVED_SECONDS);
	}
}

/*
 * A text goes out whole: stdio writes on after a short write, and the port blocks. A test may
 * remove the port for a while, and just now.
 */
static __attribute__((format(printf, 1, 2))) void write_port(const char *format, ...)
{
	va_list args;
	bool failed;

	do {
		renew_port();
		va_start(args, format);
		vfprintf(port, format, args);
		va_end(args);
		failed = fflush(port);
	} while (failed && errno == ENODEV);
	if (failed)
		die("write to port " PORT_NAME);
}

/* Copies what is in the line, and ends it there if @complete. */
static void copy_line(struct test *test, bool complete)
{
	char text[sizeof(test->line)];

	memcpy(text, test->line, test->length);
	text[test->length] = '\0';
	if (!test->continues && !strcmp(text, "TAP version 13"))
		strcpy(text, "KTAP version 1");
	write_port("%s%s%s", test->continues ? "" : "  ", text, complete ? "\n" : "");
	test->continues = !complete;
	test->length = 0;
}

static void copy_text(struct test *test, const char *text, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++) {
		if (text[i] == '\n') {
			copy_line(test, true);
			continue;
		}
		if (test->length == sizeof(test->line) - 1)
			copy_line(test, false);
		/* a NUL would cut the line */
		test->line[test->length++] = text[i] ? text[i] : '?';
	}
}

/* Copies all that can be read now. Returns false at the end of the output. */
static bool copy_output(struct test *test)
{
	char text[4096];
	ssize_t n;

	while ((n = read(test->output, text, sizeof(text))) > 0)
		copy_text(test, text, n);
	return n < 0 && errno == EAGAIN;
}

static void exec_test(const char *name, int output)
{
	char path[300];
	int fd;

	snprintf(path, sizeof(path), "/tests/%s", name);
	signal(SIGPIPE, SIG_DFL);
	setpgid(0, 0);
	fd = open("/dev/null", O_RDONLY);
	if (fd >= 0)
		dup2(fd, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	execl(path, name, NULL);
	dprintf(STDOUT_FILENO, "# exec %s: %s\n", path, strerror(errno));
	_exit(127);
}

static void start_test(struct test *test)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) || fcntl(ends[0], F_SETFL, O_NONBLOCK))
		die("pipe");
	test->pid = fork();
	if (test->pid < 0)
		die("fork");
	if (!test->pid)
		exec_test(test->name, ends[1]);
	close(ends[1]);
	setpgid(test->pid, test->pid);	/* either of the two comes first */
	test->pidfd = syscall(SYS_pidfd_open, test->pid, 0);
	if (test->pidfd < 0)
		die("pidfd_open");
	test->output = ends[0];
}

/* Copies the output until the test exits. Returns false if it does not by @deadline. */
static bool follow_test(struct test *test, long deadline)
{
	struct pollfd fds[] = {
		{ .fd = test->pidfd, .events = POLLIN },
		{ .fd = test->output, .events = POLLIN },
	};
	long left;
	int ready;

	while ((left = deadline - now_ms()) > 0) {
		ready = poll(fds, ARRAY_SIZE(fds), left < SIGN_OF_LIFE_MS ? left : SIGN_OF_LIFE_MS);
		if (ready < 0 && errno != EINTR)
			die("poll");
		if (!ready)
			printf("init: %s still runs\n", test->name);
		if (fds[1].revents && !copy_output(test))
			fds[1].fd = -1;
		if (fds[0].revents)
			return true;
	}
	return false;
}

/* Returns whether it is the status of a test that passed. */
static bool describe_status(int status, char *directive, size_t size)
{
	int code = WEXITSTATUS(status);

	directive[0] = '\0';
	if (WIFSIGNALED(status))
		snprintf(directive, size, " # signal %d", WTERMSIG(status));
	else if (code == KSFT_SKIP)
		snprintf(directive, size, " # SKIP");
	else if (code != KSFT_PASS)
		snprintf(directive, size, " # exit %d", code);
	return WIFEXITED(status) && (code == KSFT_PASS || code == KSFT_SKIP);
}

/* A test that cannot be killed is left running, and so may be processes that it started. */
static void end_test(struct test *test, int *status)
{
	struct pollfd exited = { .fd = test->pidfd, .events = POLLIN };

	kill(-test->pid, SIGKILL);
	if (poll(&exited, 1, REAP_SECONDS * 1000) == 1)
		waitpid(test->pid, status, 0);
	copy_output(test);
	if (test->length || test->continues)
		copy_line(test, true);
	close(test->output);
	close(test->pidfd);
}

/* The kernel that was started first has no suffix. */
static void write_result(int number, bool ok, const char *name, int generation,
			 const char *directive)
{
	char suffix[24] = "";

	if (generation)
		snprintf(suffix, sizeof(suffix), " (kexec %d)", generation);
	write_port("%s %d %s%s%s\n", ok ? "ok" : "not ok", number, name, suffix, directive);
}

static void run_test(int number, const char *name, int generation)
{
	struct test test = { .name = name };
	long start = now_ms();
	char directive[32] = " # timeout";
	int status = 0;
	bool ok;

	start_test(&test);
	ok = follow_test(&test, start + timeout_seconds * 1000L);
	end_test(&test, &status);
	if (ok)
		ok = describe_status(status, directive, sizeof(directive));
	write_result(number, ok, name, generation, directive);
	printf("init: %d/%d %s: %s%s, %ld ms\n", number, last_number, name, ok ? "ok" : "not ok",
	       directive, now_ms() - start);
}

/* As PID 1 this also reaps what others leave behind. */
static void run_program(const char *const argv[])
{
	pid_t dead, pid = fork();

	if (pid < 0)
		die("fork");
	if (!pid) {
		signal(SIGPIPE, SIG_DFL);
		setenv("PATH", "/bin:/sbin:/usr/bin:/usr/sbin:/tests", 1);
		setenv("HOME", "/", 1);
		execv(argv[0], (char *const *)argv);
		printf("init: %s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
	do {
		dead = wait(NULL);
	} while (dead != pid && (dead > 0 || errno == EINTR));
}

static int split_names(char *list, const char *names[MAX_TESTS])
{
	char *name, *rest = list;
	int count = 0;

	while ((name = strsep(&rest, ",+")))
		if (*name && count < MAX_TESTS)
			names[count++] = name;
	return count;
}

/*
 * Copies the command line and adds words to it: the last one of a name counts. What was
 * added for this kernel begins with percpu.number. Returns false if it is too long.
 */
static bool make_bootargs(char bootargs[CMDLINE_SIZE], const char *format, ...)
{
	const char *added = strstr(cmdline, " percpu.number=");
	int length = added ? added - cmdline : (int)strlen(cmdline);
	char words[64];
	va_list values;

	va_start(values, format);
	vsnprintf(words, sizeof(words), format, values);
	va_end(values);
	return snprintf(bootargs, CMDLINE_SIZE, "%.*s %s", length, cmdline, words) < CMDLINE_SIZE;
}

/* If the next kernel does not start, its tests fail. */
static void start_next(const char *names[MAX_TESTS], int count)
{
	static const char *const make_initramfs[] = { "/tests/initramfs", NULL };
	const char *why = "kexec: the command line is too long";
	int number = first_number + count;
	char bootargs[CMDLINE_SIZE];
	int cpu = -1;

	printf("init: kexec, %d more to come\n", kexecs - 1);
	run_program(make_initramfs);
	read_parameter("percpu.crash", 0, &cpu);
	if (make_bootargs(bootargs, "percpu.number=%d percpu.kexec=%d", number, kexecs - 1))
		why = cpu < 0 ? kexec_start(bootargs) : kexec_crash(bootargs, cpu);
	printf("init: %s\n", why);
	for (; number <= last_number; number++) {
		write_port("# %s\n", why);
		write_result(number, false, names[(number - 1) % count],
			     (number - 1) / count, "");
	}
}

static void begin_document(int count, int generation)
{
	char cell[256] = "unknown";

	cmdline_value(cmdline, "percpu.cell", cell, sizeof(cell));
	printf("init: cell %s, %d tests, %d kexecs to come\n", cell, count, kexecs);
	if (generation)
		write_port("# generation %d\n", generation);
	else
		write_port("KTAP version 1\n# cell %s\n1..%d\n", cell, last_number);
}

static void run_tests(void)
{
	char list[VALUE_SIZE] = ALL_TESTS;
	const char *names[MAX_TESTS];
	int i, count, generation;

	cmdline_value(cmdline, "percpu.tests", list, sizeof(list));
	count = split_names(list, names);
	generation = count ? (first_number - 1) / count : 0;
	last_number = first_number - 1 + count * (kexecs + 1);

	open_port(PORT_SECONDS);
	begin_document(count, generation);
	for (i = 0; i < count; i++)
		run_test(first_number + i, names[i], generation);
	if (kexecs)
		start_next(names, count);
	write_port("# done\n");
	if (fclose(port))
		die("write to port " PORT_NAME);
}

/* The guest writes to the port. */
static void run_guest(const char *machine)
{
	char bootargs[CMDLINE_SIZE], path[300];
	const char *const argv[] = { "/tests/kvm", machine, path, bootargs, NULL };

	errno = -find_port(path, sizeof(path), PORT_SECONDS);
	if (errno)
		die("virtio port " PORT_NAME);
	if (make_bootargs(bootargs, "percpu.kvm="))
		run_program(argv);
	else
		printf("init: kvm: the command line is too long\n");
}

int main(void)
{
	static const char *const shell[] = { "/tests/shell", NULL };
	char ignored[VALUE_SIZE], machine[32] = "";

	prepare();
	cmdline_value(cmdline, "percpu.kvm", machine, sizeof(machine));
	if (*machine)
		run_guest(machine);
	else if (!cmdline_value(cmdline, "percpu.shell", ignored, sizeof(ignored)))
		run_program(shell);
	else
		run_tests();
	printf("init: powering off\n");
	power_off();
}

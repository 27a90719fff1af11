// SPDX-License-Identifier: GPL-2.0-only
/*
 * A boot ends in one of three ways: QEMU ends by itself, a limit stops it, or
 * something on our side fails (a full disk, say). Each is kept apart, because
 * only the first two say something about the kernel.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "boot.h"

#define RESULT_FD	3	/* see machine_args() */
#define DUMP_SECONDS	30	/* for a device tree; it takes less than one */
#define REAP_SECONDS	3

const struct limits default_limits = {
	.total = 120,
	.silence = 40,
	.grace = 3,
	.output = 16 << 20,
};

static const char * const log_names[NR_STREAMS] = {
	[STREAM_CONSOLE] = "console.log",
	[STREAM_RESULT] = "result.ktap",
};

static void trouble(struct boot *boot, char *what)
{
	if (boot->trouble)
		free(what);
	else
		boot->trouble = what;
}

/* Writes a script that repeats the cell by hand */
static bool write_cmd(const struct boot *boot, const struct strv *args)
{
	char *path = xasprintf("%s/cmd", boot->dir);
	char *script = xasprintf("#!/bin/sh\n"
				 "# Boots %s alone: console here, the guest's results in result.ktap\n"
				 "cd \"$(dirname \"$0\")\" || exit 2\nexec", boot->cell->name);
	char *word, *longer;
	bool ok;
	size_t i;

	for (i = 0; i < args->n; i++) {
		word = quote(args->v[i]);
		longer = xasprintf("%s %s%s", script, *args->v[i] == '-' ? "\\\n\t" : "", word);
		free(script);
		free(word);
		script = longer;
	}
	longer = xasprintf("%s 3>result.ktap </dev/null\n", script);
	ok = write_file(path, longer, strlen(longer));
	if (ok)
		chmod(path, 0755);
	free(script);
	free(longer);
	free(path);
	return ok;
}

static bool run_and_wait(struct strv *args)
{
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* Outlives exec: a QEMU that hangs here ends by it */
		alarm(DUMP_SECONDS);
		execvp(args->v[0], args->v);
		_exit(127);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && !status;
}

/**
 * boot_write_machine() - write what QEMU has to be given for a machine
 * @cell: the cell
 * @tools: what to run it with
 * @connection: where console and result go
 * @dir: an existing directory
 *
 * Return: true if it was written; else the user has been told.
 */
bool boot_write_machine(const struct cell *cell, const struct tools *tools,
			enum connection connection, const char *dir)
{
	struct strv args;
	char *dtb;
	bool ok;

	if (!machine_needs_dtb(cell->machine))
		return true;
	dtb = xasprintf("%s/machine.dtb", dir);
	args = machine_dumpdtb_args(cell, tools, dtb);
	ok = run_and_wait(&args);
	if (!ok)
		error("%s: %s cannot dump the device tree", cell->name, tools->qemu);
	ok = ok && machine_edit_dtb(cell->machine, dtb);
	if (machine_needs_stub(cell->machine))
		ok = ok && machine_write_stub(cell, tools, connection, dir);
	strv_free(&args);
	free(dtb);
	return ok;
}

/* Relative names in cmd must hold from the cell's directory too */
static bool make_cell_dir(const struct cell *cell, const char *report, char **dir)
{
	char *path = xasprintf("%s/%s", report, cell->name);
	bool ok = make_dir(path);

	*dir = ok ? realpath(path, NULL) : NULL;
	free(path);
	return *dir;
}

static bool open_stream(struct boot *boot, unsigned int i, int *write_end)
{
	struct stream *stream = &boot->streams[i];
	char *path = xasprintf("%s/%s", boot->dir, log_names[i]);
	int fds[2];

	stream->log = fopen(path, "we");
	if (!stream->log || pipe2(fds, O_CLOEXEC)) {
		error("cannot open %s: %s", path, strerror(errno));
		free(path);
		return false;
	}
	free(path);
	stream->fd = fds[0];
	*write_end = fds[1];
	fcntl(stream->fd, F_SETFL, O_NONBLOCK);
	return true;
}

/* The child's side: QEMU dies with us, and nobody's terminal is its own */
static void exec_qemu(struct strv *args, int console, int result)
{
	int null = open("/dev/null", O_RDONLY);

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Out of the way of the numbers that we want, then to them */
	result = fcntl(result, F_DUPFD, 10);
	dup2(null, STDIN_FILENO);
	dup2(console, STDOUT_FILENO);
	dup2(console, STDERR_FILENO);
	dup2(result, RESULT_FD);
	close(result);
	execvp(args->v[0], args->v);
	dprintf(STDERR_FILENO, "cannot run %s: %s\n", args->v[0], strerror(errno));
	_exit(127);
}

static bool spawn(struct boot *boot, struct strv *args)
{
	int ends[NR_STREAMS] = { -1, -1 };
	unsigned int i;
	bool ok = true;

	for (i = 0; ok && i < NR_STREAMS; i++)
		ok = open_stream(boot, i, &ends[i]);
	if (ok) {
		boot->pid = fork();
		if (!boot->pid)
			exec_qemu(args, ends[STREAM_CONSOLE], ends[STREAM_RESULT]);
		ok = boot->pid > 0;
		if (!ok)
			error("cannot fork: %s", strerror(errno));
	}
	for (i = 0; i < NR_STREAMS; i++)
		if (ends[i] >= 0)
			close(ends[i]);
	return ok;
}

static bool copy_config(const struct boot *boot, const struct tools *tools)
{
	char *from = xasprintf("%s/%s/config", tools->kernels, boot->cell->kernel);
	char *to = xasprintf("%s/config", boot->dir);
	bool ok = copy_file(from, to);

	free(from);
	free(to);
	return ok;
}

/**
 * boot_init() - a boot that has not begun
 * @boot: the boot, to be freed with boot_free()
 * @cell: the cell
 */
void boot_init(struct boot *boot, const struct cell *cell)
{
	*boot = (struct boot){ .cell = cell };
	boot->streams[STREAM_CONSOLE].fd = -1;
	boot->streams[STREAM_RESULT].fd = -1;
	ktap_init(&boot->ktap);
	if (*cell->console && !regcomp(&boot->wanted, cell->console, REG_EXTENDED | REG_NOSUB))
		boot->console.wanted = &boot->wanted;
}

/**
 * boot_start() - start QEMU for a cell
 * @boot: the boot, to be freed with boot_free() in any case
 * @cell: the cell
 * @tools: what to run it with
 * @report: directory in which the cell's own directory is made
 *
 * Return: true if QEMU was started; else the user has been told.
 */
bool boot_start(struct boot *boot, const struct cell *cell, const struct tools *tools,
		const char *report)
{
	struct strv args;
	bool ok;

	boot_init(boot, cell);
	boot->started = now();
	boot->since_epoch = time(NULL);
	boot->last_said = boot->started;
	if (!make_cell_dir(cell, report, &boot->dir))
		return false;
	ok = copy_config(boot, tools) &&
	     boot_write_machine(cell, tools, CONNECT_CELL, boot->dir);
	if (ok) {
		args = machine_args(cell, tools, CONNECT_CELL, boot->dir);
		ok = write_cmd(boot, &args) && spawn(boot, &args);
		strv_free(&args);
	}
	return ok;
}

static void keep(struct boot *boot, unsigned int i, const char *data, size_t size)
{
	if (fwrite(data, 1, size, boot->streams[i].log) != size ||
	    fflush(boot->streams[i].log)) {
		trouble(boot, xasprintf("cannot write %s/%s: %s", boot->dir, log_names[i],
					strerror(errno)));
		boot_kill(boot);
	}
}

static void close_stream(struct stream *stream)
{
	if (stream->fd >= 0)
		close(stream->fd);
	stream->fd = -1;
}

static void stop(struct boot *boot, enum verdict why)
{
	if (boot->stopped == VERDICT_PASS) {
		boot->stopped = why;
		boot->stopped_at = now();
	}
	boot_kill(boot);
}

/**
 * boot_read() - take in what a stream has to say
 * @boot: the boot
 * @stream: STREAM_CONSOLE or STREAM_RESULT
 * @limits: how much it may say
 */
void boot_read(struct boot *boot, unsigned int stream, const struct limits *limits)
{
	char data[65536];
	ssize_t size = read(boot->streams[stream].fd, data, sizeof(data));

	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (size <= 0) {
		close_stream(&boot->streams[stream]);
		return;
	}
	boot->last_said = now();
	boot->bytes += size;
	if (boot->bytes > limits->output) {
		stop(boot, VERDICT_FLOOD);
		close_stream(&boot->streams[stream]);
		return;
	}
	keep(boot, stream, data, size);
	if (stream == STREAM_RESULT)
		ktap_feed(&boot->ktap, data, size);
	else
		console_feed(&boot->console, data, size);
	if (boot->console.panicked && !boot->panicked)
		boot->panicked = boot->last_said;
}

/**
 * boot_watch() - stop a boot that takes too long
 * @boot: the boot
 * @limits: how long it may take
 */
void boot_watch(struct boot *boot, const struct limits *limits)
{
	double total = boot->cell->timeout ? boot->cell->timeout : limits->total;
	double moment = now();
	unsigned int i;

	/* Something that has left QEMU's process group may hold the streams for good */
	if (boot->stopped != VERDICT_PASS && moment - boot->stopped_at > REAP_SECONDS)
		for (i = 0; i < NR_STREAMS; i++)
			close_stream(&boot->streams[i]);
	if (boot->console.ended ||
	    (boot->panicked && moment - boot->panicked > limits->grace))
		stop(boot, VERDICT_PANIC);
	else if (moment - boot->started > total)
		stop(boot, VERDICT_TIMEOUT);
	else if (moment - boot->last_said > limits->silence)
		stop(boot, VERDICT_SILENCE);
}

/**
 * boot_over() - has QEMU closed both streams?
 * @boot: the boot
 *
 * Return: true if nothing more will come.
 */
bool boot_over(const struct boot *boot)
{
	return boot->streams[STREAM_CONSOLE].fd < 0 && boot->streams[STREAM_RESULT].fd < 0;
}

/* A QEMU that has closed its streams and does not end would hold us for good */
static void reap(struct boot *boot)
{
	double deadline = now() + REAP_SECONDS;
	pid_t pid = waitpid(boot->pid, &boot->status, WNOHANG);

	while (!pid && now() < deadline) {
		usleep(1000);
		pid = waitpid(boot->pid, &boot->status, WNOHANG);
	}
	if (!pid) {
		stop(boot, VERDICT_TIMEOUT);
		pid = waitpid(boot->pid, &boot->status, 0);
	}
	if (pid < 0)
		trouble(boot, xasprintf("cannot wait for QEMU: %s", strerror(errno)));
	boot->pid = 0;
}

/**
 * boot_finish() - reap QEMU and close the logs
 * @boot: the boot, over or killed
 */
void boot_finish(struct boot *boot)
{
	unsigned int i;

	if (boot->pid > 0)
		reap(boot);
	boot->seconds = now() - boot->started;
	console_end(&boot->console);
	ktap_end(&boot->ktap);
	for (i = 0; i < NR_STREAMS; i++) {
		close_stream(&boot->streams[i]);
		if (boot->streams[i].log && fclose(boot->streams[i].log))
			trouble(boot, xasprintf("cannot write %s/%s: %s", boot->dir,
						log_names[i], strerror(errno)));
		boot->streams[i].log = NULL;
	}
}

/**
 * boot_kill() - kill QEMU and whatever it started
 * @boot: the boot; its streams end by that
 */
void boot_kill(struct boot *boot)
{
	if (boot->pid > 0) {
		/* The group may not exist yet: the child makes it */
		kill(-boot->pid, SIGKILL);
		kill(boot->pid, SIGKILL);
	}
}

/**
 * boot_free() - free what a boot holds
 * @boot: finished, or never started
 */
void boot_free(struct boot *boot)
{
	if (boot->console.wanted)
		regfree(&boot->wanted);
	ktap_free(&boot->ktap);
	free(boot->trouble);
	free(boot->dir);
	*boot = (struct boot){ 0 };
}

/**
 * boot_shell() - become a QEMU with a BusyBox shell on this terminal
 * @cell: the cell
 * @tools: what to run it with
 * @report: directory in which the cell's own directory is made
 *
 * Return: false, after telling the user, and only if that failed.
 */
bool boot_shell(const struct cell *cell, const struct tools *tools, const char *report)
{
	struct strv args;
	char *dir;

	if (!make_cell_dir(cell, report, &dir))
		return false;
	if (boot_write_machine(cell, tools, CONNECT_SHELL, dir)) {
		args = machine_args(cell, tools, CONNECT_SHELL, dir);
		execvp(args.v[0], args.v);
		error("cannot run %s: %s", args.v[0], strerror(errno));
		strv_free(&args);
	}
	free(dir);
	return false;
}

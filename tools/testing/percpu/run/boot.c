// SPDX-License-Identifier: GPL-2.0-only
/*
 * A boot ends in one of three ways: QEMU ends by itself, a limit stops it, or
 * something on our side fails (a full disk, say). Each is kept apart, because
 * only the first two say something about the kernel.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "boot.h"
#include "devicetree.h"
#include "util.h"

#define RESULT_FD	3	/* see qemu_args() */
#define DUMP_SECONDS	30	/* for a device tree; it takes less than one */
#define REAP_SECONDS	3
#define PLUGIN_SLOWER	10	/* how much QEMU's plugin may slow a boot */

static const char * const log_names[NR_STREAMS] = {
	[STREAM_CONSOLE] = "console.log",
	[STREAM_RESULT] = "result.ktap",
};

static void harness_error(struct boot *boot, char *what)
{
	if (boot->log.error)
		free(what);
	else
		boot->log.error = what;
}

/* Writes a script that repeats the cell by hand */
static bool write_cmd(const struct boot *boot, const struct strv *args)
{
	char *path __free(free) = xasprintf("%s/cmd", boot->dir);
	char *script __free(free) = NULL;
	size_t i, size;
	FILE *file = open_memstream(&script, &size);

	fprintf(file, "#!/bin/sh\n"
		"# Boots %s alone: console here, the guest's results in result.ktap\n"
		"cd \"$(dirname \"$0\")\" || exit 2\nexec", boot->log.cell->name);
	for (i = 0; i < args->n; i++) {
		char *word __free(free) = quote(args->v[i]);

		fprintf(file, " %s%s", *args->v[i] == '-' ? "\\\n\t" : "", word);
	}
	fputs(" 3>result.ktap </dev/null\n", file);
	fclose(file);
	return write_file(path, script, size) && !chmod(path, 0755);
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

/* Writes the files that QEMU is given for a machine */
static bool write_machine(const struct cell *cell, const struct tools *tools,
			  enum connection connection, const char *dir)
{
	char *dtb __free(free) = xasprintf("%s/machine.dtb", dir);
	struct strv args __free(strv) = qemu_dumpdtb_args(cell, tools, dtb);

	if (!devicetree_needed(cell->machine))
		return true;
	if (!run_and_wait(&args)) {
		error("%s: %s cannot dump the device tree", cell->name, tools->qemu);
		return false;
	}
	return devicetree_edit(cell->machine, dtb) &&
	       (!devicetree_needs_stub(cell->machine) ||
		devicetree_write_stub(cell, tools, connection, dir));
}

/* Absolute: the names in cmd must hold from the cell's directory too */
static char *make_cell_dir(const struct cell *cell, const char *report)
{
	char *path __free(free) = xasprintf("%s/%s", report, cell->name);

	return make_dir(path) ? realpath(path, NULL) : NULL;
}

static bool open_stream(struct boot *boot, unsigned int i, int *write_end)
{
	struct stream *stream = &boot->streams[i];
	char *path __free(free) = xasprintf("%s/%s", boot->dir, log_names[i]);
	int fds[2];

	stream->file = fopen(path, "we");
	if (!stream->file || pipe2(fds, O_CLOEXEC)) {
		error("cannot open %s: %s", path, strerror(errno));
		return false;
	}
	stream->fd = fds[0];
	*write_end = fds[1];
	fcntl(stream->fd, F_SETFL, O_NONBLOCK);
	return true;
}

/* The child: QEMU dies with us, and has no controlling terminal */
static void exec_qemu(struct strv *args, int console, int result)
{
	int null = open("/dev/null", O_RDONLY);

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Above the numbers that are replaced next */
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
	char *from __free(free) = xasprintf("%s/%s/config", tools->kernels,
					    boot->log.cell->kernel);
	char *to __free(free) = xasprintf("%s/config", boot->dir);

	return copy_file(from, to);
}

/* What an earlier boot left must not be taken for this one's */
static bool begin_dir(const struct boot *boot)
{
	static const char * const earlier[] = {
		"end", "inputs", "console.decoded", TRANSLATIONS, "tlb.txt", COSTS, NULL
	};
	char *cell __free(free) = xasprintf("%s/cell", boot->dir);
	const char * const *name;

	for (name = earlier; *name; name++) {
		char *path __free(free) = xasprintf("%s/%s", boot->dir, *name);

		unlink(path);
	}
	return cell_write(boot->log.cell, cell);
}

static char *copy_text(const char *text)
{
	return text ? xasprintf("%s", text) : NULL;
}

bool boot_start(struct boot *boot, const struct cell *cell, const struct tools *tools,
		const char *report)
{
	struct strv args __free(strv) = { 0 };

	*boot = (struct boot){
		.log = {
			.cell = cell, .started = time(NULL), .stopped = VERDICT_PASS,
			.append = copy_text(tools->append),
			.console.crashes = *cell->crash,
			.qemu_args = copy_text(tools->qemu_args),
		},
		.dir = make_cell_dir(cell, report),
		.streams = { { .fd = -1 }, { .fd = -1 } },
		.started = now(),
		.last_output = now(),
	};
	if (!boot->dir || !begin_dir(boot) || !copy_config(boot, tools) ||
	    !write_machine(cell, tools, CONNECT_CELL, boot->dir))
		return false;
	args = qemu_args(cell, tools, CONNECT_CELL, boot->dir);
	return write_cmd(boot, &args) && spawn(boot, &args);
}

/* Kills QEMU and whatever it started; the streams end by that */
static void kill_qemu(struct boot *boot)
{
	if (boot->pid > 0) {
		/* The group may not exist yet: the child makes it */
		kill(-boot->pid, SIGKILL);
		kill(boot->pid, SIGKILL);
	}
}

static void keep(struct boot *boot, unsigned int i, const char *data, size_t size)
{
	if (fwrite(data, 1, size, boot->streams[i].file) != size ||
	    fflush(boot->streams[i].file)) {
		harness_error(boot, xasprintf("cannot write %s/%s: %s", boot->dir, log_names[i],
					      strerror(errno)));
		kill_qemu(boot);
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
	if (boot->log.stopped == VERDICT_PASS) {
		boot->log.stopped = why;
		boot->stopped_at = now();
	}
	kill_qemu(boot);
}

/* Takes what a stream has to say, within the limits */
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
	boot->last_output = now();
	boot->bytes += size;
	if (boot->bytes > limits->output) {
		stop(boot, VERDICT_FLOOD);
		close_stream(&boot->streams[stream]);
		return;
	}
	keep(boot, stream, data, size);
	if (stream == STREAM_CONSOLE)
		console_feed(&boot->log.console, data, size);
	if (boot->log.console.panicked && !boot->panicked)
		boot->panicked = boot->last_output;
}

static double longest_silence(const struct cell *cell, const struct limits *limits)
{
	return cell_has_plugin(cell) ? PLUGIN_SLOWER * limits->silence : limits->silence;
}

void boot_watch(struct boot *boot, const struct limits *limits)
{
	double total = boot->log.cell->timeout ? boot->log.cell->timeout : limits->total;
	double moment = now();
	unsigned int i;

	/* Something that has left QEMU's process group may hold the streams for good */
	if (boot->log.stopped != VERDICT_PASS && moment - boot->stopped_at > REAP_SECONDS)
		for (i = 0; i < NR_STREAMS; i++)
			close_stream(&boot->streams[i]);
	if (boot->log.console.ended ||
	    (boot->panicked && moment - boot->panicked > limits->grace))
		stop(boot, VERDICT_PANIC);
	else if (moment - boot->started > total)
		stop(boot, VERDICT_TIMEOUT);
	else if (moment - boot->last_output > longest_silence(boot->log.cell, limits))
		stop(boot, VERDICT_SILENCE);
}

bool boot_over(const struct boot *boot)
{
	return boot->streams[STREAM_CONSOLE].fd < 0 && boot->streams[STREAM_RESULT].fd < 0;
}

/* A QEMU that has closed its streams and does not end would hold us for good */
static void reap(struct boot *boot)
{
	double deadline = now() + REAP_SECONDS;
	pid_t pid = waitpid(boot->pid, &boot->log.status, WNOHANG);

	while (!pid && now() < deadline) {
		usleep(1000);
		pid = waitpid(boot->pid, &boot->log.status, WNOHANG);
	}
	if (!pid) {
		stop(boot, VERDICT_TIMEOUT);
		pid = waitpid(boot->pid, &boot->log.status, 0);
	}
	if (pid < 0)
		harness_error(boot, xasprintf("cannot wait for QEMU: %s", strerror(errno)));
	boot->pid = 0;
}

/* Reaps QEMU, closes the logs, and writes how the boot ended */
bool boot_finish(struct boot *boot)
{
	unsigned int i;

	if (boot->pid > 0)
		reap(boot);
	boot->log.seconds = now() - boot->started;
	for (i = 0; i < NR_STREAMS; i++) {
		close_stream(&boot->streams[i]);
		if (boot->streams[i].file && fclose(boot->streams[i].file))
			harness_error(boot, xasprintf("cannot write %s/%s: %s", boot->dir,
						      log_names[i], strerror(errno)));
		boot->streams[i].file = NULL;
	}
	return boot_log_write_end(&boot->log, boot->dir);
}

/* An interrupted boot has not ended: that it has no "end" tells it apart */
void boot_abort(struct boot *boot)
{
	unsigned int i;

	kill_qemu(boot);
	if (boot->pid > 0)
		reap(boot);
	for (i = 0; i < NR_STREAMS; i++) {
		close_stream(&boot->streams[i]);
		if (boot->streams[i].file)
			fclose(boot->streams[i].file);
	}
	boot_free(boot);
}

void boot_free(struct boot *boot)
{
	boot_log_free(&boot->log);
	free(boot->dir);
	*boot = (struct boot){ 0 };
}

/* What a user boots by hand has a directory of its own: the results stay as they are */
static char *make_manual_dir(const struct cell *cell, const struct tools *tools,
			     enum connection connection, const char *report)
{
	char *dir __free(free) = make_cell_dir(cell, report);
	char *manual = dir ? xasprintf("%s/manual", dir) : NULL;

	if (manual && make_dir(manual) && write_machine(cell, tools, connection, manual))
		return manual;
	free(manual);
	return NULL;
}

/* Prints the command that boots a cell, as a line for the shell */
bool boot_print_command(const struct cell *cell, const struct tools *tools,
			const char *report)
{
	char *dir __free(free) = make_manual_dir(cell, tools, CONNECT_CELL, report);
	char *results __free(free) = NULL;
	struct strv args __free(strv) = { 0 };
	size_t i;

	if (!dir)
		return false;
	args = qemu_args(cell, tools, CONNECT_CELL, dir);
	for (i = 0; i < args.n; i++) {
		char *word __free(free) = quote(args.v[i]);

		printf("%s ", word);
	}
	results = quote(dir);
	printf("3>%s/result.ktap </dev/null\n", results);
	return true;
}

/* QEMU's arguments, one a line. LAVA sees nothing but the console, so there is no port */
static bool write_args(const struct cell *cell, const struct tools *tools, const char *dir)
{
	struct strv args __free(strv) = qemu_args(cell, tools, CONNECT_LAB, dir);
	char *path __free(free) = xasprintf("%s/args", dir);
	char *text __free(free) = NULL;
	size_t i, size;
	FILE *file = open_memstream(&text, &size);

	for (i = 0; i < args.n; i++)
		fprintf(file, "%s\n", args.v[i]);
	fclose(file);
	return write_file(path, text, size);
}

/* The files of a job for LAVA; scripts/run/lava fills the job's template with "args" */
bool boot_write_job(const struct cell *cell, const struct tools *tools, const char *report)
{
	char *dir __free(free) = make_cell_dir(cell, report);
	char *row __free(free) = dir ? xasprintf("%s/cell", dir) : NULL;

	return dir && write_machine(cell, tools, CONNECT_LAB, dir) && cell_write(cell, row) &&
	       write_args(cell, tools, dir);
}

/* Becomes a QEMU on this terminal; returns only after an error message */
void boot_here(const struct cell *cell, const struct tools *tools, enum connection connection,
	       const char *report)
{
	char *dir __free(free) = make_manual_dir(cell, tools, connection, report);
	char *results __free(free) = NULL;
	struct strv args __free(strv) = { 0 };

	if (!dir)
		return;
	args = qemu_args(cell, tools, connection, dir);
	if (connection == CONNECT_GDB) {
		results = xasprintf("%s/result.ktap", dir);
		dup2(open(results, O_WRONLY | O_CREAT | O_TRUNC, 0666), RESULT_FD);
		printf("QEMU waits for gdb (Ctrl-A X ends it); in another terminal:\n"
		       "  gdb-multiarch -ex 'target remote localhost:%u' %s/%s/vmlinux\n",
		       GDB_PORT, tools->kernels, cell->kernel);
		fflush(stdout);
	}
	execvp(args.v[0], args.v);
	error("cannot run %s: %s", args.v[0], strerror(errno));
}

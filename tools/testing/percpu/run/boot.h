/* SPDX-License-Identifier: GPL-2.0-only */
/* Boots one cell and takes in what it says. */
#ifndef BOOT_H
#define BOOT_H

#include <stdio.h>
#include <sys/types.h>

#include "console.h"
#include "ktap.h"
#include "machine.h"
#include "table.h"

/**
 * struct limits - what a boot may take
 * @total: seconds from start to end
 * @silence: seconds without a byte on console or result
 * @grace: seconds for a panicked kernel to switch itself off
 * @output: bytes of console and result together
 */
struct limits {
	double total;
	double silence;
	double grace;
	size_t output;
};

extern const struct limits default_limits;

/* What a boot's output comes through */
enum { STREAM_CONSOLE, STREAM_RESULT, NR_STREAMS };

/**
 * struct stream - one pipe from QEMU and the file that keeps what came
 * @fd: read end, -1 once closed
 * @log: the file
 */
struct stream {
	int fd;
	FILE *log;
};

/**
 * struct boot - a cell under way
 * @cell: the cell
 * @dir: its directory, owned
 * @pid: QEMU, leader of its own process group; 0 when not running
 * @streams: console and result
 * @console: what the console said
 * @ktap: what the guest stated
 * @wanted: the compiled console expression of a control
 * @started: when, see now()
 * @since_epoch: the same in seconds since 1970
 * @last_said: when the last byte came
 * @panicked: when the panic was seen, 0 if none
 * @seconds: how long it took, once finished
 * @bytes: how much output came
 * @status: exit status of QEMU as from waitpid()
 * @stopped: why we stopped it, VERDICT_PASS if it ended by itself
 * @stopped_at: when
 * @trouble: what went wrong on our side, NULL if nothing
 */
struct boot {
	const struct cell *cell;
	char *dir;
	pid_t pid;
	struct stream streams[NR_STREAMS];
	struct console console;
	struct ktap ktap;
	regex_t wanted;
	double started;
	double since_epoch;
	double last_said;
	double panicked;
	double seconds;
	size_t bytes;
	int status;
	enum verdict stopped;
	double stopped_at;
	char *trouble;
};

void boot_init(struct boot *boot, const struct cell *cell);
bool boot_write_machine(const struct cell *cell, const struct tools *tools,
			enum connection connection, const char *dir);
bool boot_start(struct boot *boot, const struct cell *cell, const struct tools *tools,
		const char *report);
void boot_read(struct boot *boot, unsigned int stream, const struct limits *limits);
void boot_watch(struct boot *boot, const struct limits *limits);
bool boot_over(const struct boot *boot);
void boot_finish(struct boot *boot);
void boot_kill(struct boot *boot);
void boot_free(struct boot *boot);
bool boot_shell(const struct cell *cell, const struct tools *tools, const char *report);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Boots one cell and keeps what it says in the cell's directory. */
#ifndef BOOT_H
#define BOOT_H

#include <stdio.h>
#include <sys/types.h>

#include "judge.h"
#include "qemu.h"

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

#define DEFAULT_LIMITS { .total = 120, .silence = 40, .grace = 3, .output = 16 << 20 }

/* What a boot's output comes through */
enum { STREAM_CONSOLE, STREAM_RESULT, NR_STREAMS };

/**
 * struct stream - one pipe from QEMU and the file that keeps what came
 * @fd: read end, -1 once closed
 * @file: the file
 */
struct stream {
	int fd;
	FILE *file;
};

/**
 * struct boot - a boot under way
 * @log: what there is of it so far; the guest's results are only kept in their file
 * @dir: the cell's directory, owned
 * @pid: QEMU, leader of its own process group; 0 when not running
 * @streams: console and result
 * @started: when, see now()
 * @last_output: when the last byte came
 * @panicked: when the panic was seen, 0 if none
 * @bytes: how much output came
 * @stopped_at: when we stopped it
 */
struct boot {
	struct boot_log log;
	char *dir;
	pid_t pid;
	struct stream streams[NR_STREAMS];
	double started;
	double last_output;
	double panicked;
	size_t bytes;
	double stopped_at;
};

bool boot_start(struct boot *boot, const struct cell *cell, const struct tools *tools,
		const char *report);
void boot_read(struct boot *boot, unsigned int stream, const struct limits *limits);
void boot_watch(struct boot *boot, const struct limits *limits);
bool boot_over(const struct boot *boot);
bool boot_finish(struct boot *boot);
void boot_kill(struct boot *boot);
void boot_abort(struct boot *boot);
void boot_free(struct boot *boot);
bool boot_write_machine(const struct cell *cell, const struct tools *tools,
			enum connection connection, const char *dir);
bool boot_print_command(const struct cell *cell, const struct tools *tools,
			const char *report);
void boot_here(const struct cell *cell, const struct tools *tools, enum connection connection,
	       const char *report);

#endif

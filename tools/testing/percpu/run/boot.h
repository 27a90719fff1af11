/* SPDX-License-Identifier: GPL-2.0-only */
/* Boots one cell and keeps what it says in the cell's directory. */
#ifndef BOOT_H
#define BOOT_H

#include <stdio.h>
#include <sys/types.h>

#include "judge.h"
#include "qemu.h"

/* What a boot may take */
struct limits {
	unsigned long total;	/* seconds from start to end */
	unsigned long silence;	/* seconds without a byte on console or result */
	unsigned long grace;	/* seconds for a panicked kernel to switch itself off */
	size_t output;		/* bytes of console and result together */
};

#define DEFAULT_LIMITS { .total = 120, .silence = 40, .grace = 3, .output = 16 << 20 }

/* The channels of a boot's output */
enum { STREAM_CONSOLE, STREAM_RESULT, NR_STREAMS };

struct stream {
	int fd;			/* read end of a pipe from QEMU, -1 once closed */
	FILE *file;		/* keeps what came */
};

/* A boot under way; times are of now() */
struct boot {
	struct boot_log log;	/* so far; the guest's results are only kept in their file */
	char *dir;
	pid_t pid;		/* QEMU, leader of its own process group; 0 when not running */
	struct stream streams[NR_STREAMS];
	double started;
	double last_output;
	double panicked;	/* when the panic was seen, 0 if none */
	size_t bytes;		/* of output */
	double stopped_at;	/* when we stopped it */
};

/* The boot is to be ended with boot_finish() and boot_free(), or with boot_abort() */
bool boot_start(struct boot *boot, const struct cell *cell, const struct tools *tools,
		const char *report);
void boot_read(struct boot *boot, unsigned int stream, const struct limits *limits);
void boot_watch(struct boot *boot, const struct limits *limits);
bool boot_over(const struct boot *boot);	/* QEMU has closed both streams */
bool boot_finish(struct boot *boot);
void boot_abort(struct boot *boot);
void boot_free(struct boot *boot);
bool boot_print_command(const struct cell *cell, const struct tools *tools,
			const char *report);
bool boot_write_job(const struct cell *cell, const struct tools *tools, const char *report);
void boot_here(const struct cell *cell, const struct tools *tools, enum connection connection,
	       const char *report);

#endif

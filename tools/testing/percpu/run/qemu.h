/* SPDX-License-Identifier: GPL-2.0-only */
/* QEMU's arguments for a cell. */
#ifndef QEMU_H
#define QEMU_H

#include <stdbool.h>

#include "table.h"
#include "util.h"

/* What a cell is run with */
struct tools {
	const char *qemu;	/* looked up in PATH */
	const char *bios;	/* OpenSBI's fw_dynamic */
	const char *kernels;	/* directory with a directory for each kernel */
	const char *initrd;	/* for kernels that have none of their own */
	const char *tlb;	/* directory of tools/tlb: the plugin and models; NULL for none */
	const char *append;	/* more arguments for the kernel, NULL for none */
	const char *qemu_args;	/* more arguments for QEMU, separated by blanks, NULL for none */
};

/* What the guest's console and results are connected to */
enum connection {
	CONNECT_CELL,	/* console on stdout, result on file descriptor 3 */
	CONNECT_SHELL,	/* console on the terminal, BusyBox instead of tests */
	CONNECT_GDB,	/* console on the terminal, QEMU waits for gdb */
	CONNECT_LAB,	/* up to whoever boots it; the results are on the console */
};

#define GDB_PORT	1234

bool qemu_version_ok(const char *qemu, char **version);
unsigned int qemu_harts(const struct machine *machine);
char *qemu_initrd(const struct cell *cell, const struct tools *tools);
char *qemu_cmdline(const struct cell *cell, const struct tools *tools,
		   enum connection connection);
struct strv qemu_dumpdtb_args(const struct cell *cell, const struct tools *tools,
			      const char *dtb);
struct strv qemu_args(const struct cell *cell, const struct tools *tools,
		      enum connection connection, const char *dir);

#endif
